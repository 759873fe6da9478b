//! A request with everything around it: one statement for what every request has, and one for each kind of thing
//! that this request has.

use std::collections::BTreeMap;

use medcert_application::store::{RequestAggregate, StoreError};
use medcert_domain::{
    Entity as _, Id,
    certification::{Assignment, AssignmentRole, Certification},
    people::Member,
};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Expr, SelectStatement},
};
use uuid::Uuid;

use super::{
    aggregate::{load_acts, root, select_root},
    assignment, names,
    request::{self, table::Column},
};
use crate::{
    catalog::service,
    children::{ATTEMPTS, belong, select_children},
    column::corrupt,
    error::failed,
    identity::{members, user},
    people::{person, promoter, staff},
    query::{ById, join, row_of, select_all, value_of},
};

const KIND: &str = Certification::KIND;

/// Selects the request with everybody around it.
pub(crate) fn select(id: Id<Certification>) -> SelectStatement {
    let mut select = select_root(id);
    join::<person::table::Entity>(&mut select, "client", ("request", Column::ClientId));
    join::<person::table::Entity>(&mut select, "guardian", ("request", Column::GuardianId));
    join::<promoter::table::Entity>(&mut select, "promoter", ("request", Column::PromoterId));
    join::<service::table::Entity>(&mut select, "service", ("request", Column::ServiceId));
    join::<user::table::Entity>(&mut select, "registrar", ("request", Column::RegisteredBy));
    let registrar = ("registrar", user::table::Column::PersonId);
    join::<person::table::Entity>(&mut select, "registrar_person", registrar);
    join::<staff::table::Entity>(&mut select, "operator", ("request", Column::OperatorId));
    let operator = ("operator", staff::table::Column::PersonId);
    join::<person::table::Entity>(&mut select, "operator_person", operator);
    select_all::<person::table::Entity>(&mut select, "client");
    select_all::<person::table::Entity>(&mut select, "guardian");
    select_all::<promoter::table::Entity>(&mut select, "promoter");
    select_all::<service::table::Entity>(&mut select, "service");
    let name = person::table::Column::Name;
    select.expr_as(Expr::col(("registrar_person", name)), Alias::new("registrar_name"));
    select.expr_as(Expr::col(("operator_person", name)), Alias::new("operator_name"));
    select
}

/// Selects the assignments with the members they name and whoever made them.
pub(crate) fn select_assignments(of: Uuid) -> SelectStatement {
    use assignment::table::{Column, Entity};
    let mut select =
        select_children::<request::table::Entity, Entity>(of, Column::RequestId, Column::Position);
    join::<staff::table::Entity>(&mut select, "staff", ("child", Column::StaffId));
    members::select(&mut select);
    join::<user::table::Entity>(&mut select, "giver", ("child", Column::AssignedBy));
    let giver = ("giver", user::table::Column::PersonId);
    join::<person::table::Entity>(&mut select, "giver_person", giver);
    let name = Expr::col(("giver_person", person::table::Column::Name));
    select.expr_as(name, Alias::new("giver_name"));
    select
}

/// Assignments with their members; `None` when the request changed meanwhile.
async fn load_assignments(
    db: &impl ConnectionTrait,
    request: &mut Certification,
    known: &mut BTreeMap<Uuid, String>,
) -> Result<Option<Vec<Member>>, StoreError> {
    static ASSIGNMENTS: ById = ById::new(select_assignments);
    let select = ASSIGNMENTS.of(db.get_database_backend(), request.id.raw());
    let rows = db.query_all_raw(select).await.map_err(failed(KIND))?;
    if !belong(KIND, &rows, request.version)? {
        return Ok(None);
    }
    let mut members = Vec::new();
    for row in &rows {
        let assignment: Assignment = row_of::<assignment::table::Entity>(KIND, row, "child")?
            .ok_or_else(|| corrupt(KIND, "assignment is missing"))?
            .try_into()?;
        let member = members::read(row)?.ok_or_else(|| corrupt(KIND, "assigned staff is missing"))?;
        known.insert(member.staff.id.raw(), member.name.clone());
        if let Some(giver) = value_of::<Option<String>>(KIND, row, "giver_name")? {
            known.insert(assignment.assigned_by.raw(), giver);
        }
        members.push(member);
        request.assignments.push(assignment);
    }
    Ok(Some(members))
}

async fn attempt(
    db: &impl ConnectionTrait,
    row: &QueryResult,
) -> Result<Option<RequestAggregate>, StoreError> {
    let (mut request, has) = root(row)?;
    let client = row_of::<person::table::Entity>(KIND, row, "client")?
        .ok_or_else(|| corrupt(KIND, "client is missing"))?;
    let mut known = BTreeMap::new();
    if let Some(name) = value_of::<Option<String>>(KIND, row, "registrar_name")? {
        known.insert(request.registered_by.raw(), name);
    }
    let operator_name: Option<String> = value_of(KIND, row, "operator_name")?;
    let operator = request.operator.zip(operator_name);
    known.extend(operator.iter().map(|(id, name)| (id.raw(), name.clone())));
    let members = if has.assignments {
        match load_assignments(db, &mut request, &mut known).await? {
            Some(members) => members,
            None => return Ok(None),
        }
    } else {
        vec![]
    };
    if !load_acts(db, &mut request, &has).await? {
        return Ok(None);
    }
    names::complete(db, names::mentioned(&request), &mut known).await?;
    let current = |role: AssignmentRole| {
        let id = request.assigned(role)?;
        members.iter().find(|member| member.staff.id == id).cloned()
    };
    Ok(Some(RequestAggregate {
        manager: current(AssignmentRole::Manager),
        doctor: current(AssignmentRole::Doctor),
        client: client.try_into()?,
        guardian: row_of::<person::table::Entity>(KIND, row, "guardian")?
            .map(TryInto::try_into)
            .transpose()?,
        promoter: row_of::<promoter::table::Entity>(KIND, row, "promoter")?
            .map(TryInto::try_into)
            .transpose()?,
        service: row_of::<service::table::Entity>(KIND, row, "service")?
            .map(TryInto::try_into)
            .transpose()?,
        operator,
        names: known.into_iter().collect(),
        certification: request,
    }))
}

/// The request with everything around it as of one version of the request.
pub(crate) async fn get(
    db: &impl ConnectionTrait,
    id: Id<Certification>,
) -> Result<Option<RequestAggregate>, StoreError> {
    static REQUEST: ById = ById::new(|id| select(Id::new(id)));
    for _ in 0..ATTEMPTS {
        let select = REQUEST.of(db.get_database_backend(), id.raw());
        let row = db.query_one_raw(select).await.map_err(failed(KIND))?;
        let Some(row) = row else { return Ok(None) };
        if let Some(request_aggregate) = attempt(db, &row).await? {
            return Ok(Some(request_aggregate));
        }
    }
    Err(StoreError::Conflict)
}
