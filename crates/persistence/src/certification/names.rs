//! Names behind the ids of accounts and staff.

use std::collections::{BTreeMap, BTreeSet};

use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, Id,
    certification::{Certification, Ending},
};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use crate::{
    error::failed,
    identity::user,
    mapped::Table,
    people::{person, staff},
    query::{join, value_of},
};

const KIND: &str = Certification::KIND;

/// Ids whose names a view needs.
#[derive(Default)]
pub(crate) struct Mentioned {
    accounts: BTreeSet<Uuid>,
    staff: BTreeSet<Uuid>,
}

/// Everybody a request mentions.
pub(crate) fn mentioned(request: &Certification) -> Mentioned {
    let mut all = Mentioned::default();
    all.accounts.insert(request.registered_by.raw());
    all.staff.extend(request.operator.map(Id::raw));
    match &request.ending {
        Ending::Open => {}
        Ending::Closed { by, .. } | Ending::Cancelled { by, .. } => {
            all.accounts.insert(by.raw());
        }
    }
    for assignment in &request.assignments {
        all.staff.insert(assignment.staff.raw());
        all.accounts.insert(assignment.assigned_by.raw());
    }
    for payment in &request.settlement.payments {
        all.accounts.insert(payment.registered_by.raw());
        all.accounts.extend(payment.validated.map(|(by, _)| by.raw()));
        all.accounts.extend(payment.voided.as_ref().map(|v| v.by.raw()));
    }
    all.accounts.extend(request.files.iter().map(|file| file.uploaded_by.raw()));
    all.accounts.extend(request.settlement.refunds.iter().map(|refund| refund.by.raw()));
    for evaluation in &request.evaluations {
        all.staff.insert(evaluation.doctor.raw());
        all.accounts.insert(evaluation.recorded_by.raw());
    }
    for certificate in &request.certificates {
        all.staff.insert(certificate.doctor.raw());
        all.accounts.insert(certificate.issued_by.raw());
    }
    all
}

fn names_of<T: Table + Default>(ids: &BTreeSet<Uuid>, person_column: T::Column) -> SelectStatement {
    let mut select = Query::select().from_as(T::default(), "holder").take();
    join::<person::table::Entity>(&mut select, "person", ("holder", person_column));
    select
        .expr_as(Expr::col(("holder", T::ID)), Alias::new("id"))
        .expr_as(Expr::col(("person", person::table::Column::Name)), Alias::new("name"))
        .and_where(Expr::col(("holder", T::ID)).is_in(ids.iter().copied()));
    select
}

/// Selects the names behind these ids; `None` when there are none.
pub(crate) fn select(accounts: &BTreeSet<Uuid>, staff: &BTreeSet<Uuid>) -> Option<SelectStatement> {
    let of_accounts = || names_of::<user::table::Entity>(accounts, user::table::Column::PersonId);
    let of_staff = || names_of::<staff::table::Entity>(staff, staff::table::Column::PersonId);
    match (accounts.is_empty(), staff.is_empty()) {
        (true, true) => None,
        (false, true) => Some(of_accounts()),
        (true, false) => Some(of_staff()),
        (false, false) => Some(of_accounts().union(UnionType::All, of_staff()).take()),
    }
}

/// Adds the names that are not known yet, in at most one statement.
pub(crate) async fn complete(
    db: &impl ConnectionTrait,
    mut wanted: Mentioned,
    known: &mut BTreeMap<Uuid, String>,
) -> Result<(), StoreError> {
    wanted.accounts.retain(|id| !known.contains_key(id));
    wanted.staff.retain(|id| !known.contains_key(id));
    let Some(select) = select(&wanted.accounts, &wanted.staff) else { return Ok(()) };
    for row in db.query_all(&select).await.map_err(failed(KIND))? {
        let name: Option<String> = value_of(KIND, &row, "name")?;
        known.insert(value_of(KIND, &row, "id")?, name.unwrap_or_default());
    }
    Ok(())
}
