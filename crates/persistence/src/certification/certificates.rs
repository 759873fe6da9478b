//! The list of certificates: one statement for a page, one more when the total is asked for.

use medcert_application::store::{CertificateFilter, Cursor, Page, PageRequest, StoreError};
use medcert_domain::{
    Entity as _, Id,
    certification::{Certificate, CertificateStatus},
};
use sea_orm::{
    ConnectionTrait, FromQueryResult, Iterable,
    sea_query::{Condition, Expr, ExprTrait, Order, Query},
};
use uuid::Uuid;

use super::certificate::table::{Column, Entity};
use crate::{
    codec::{after_prefix, stored},
    directory::words::entries_with,
    error::failed,
    mapped::Row,
    query::{Keyset, after_moment, page, total},
};

const KIND: &str = Certificate::KIND;

fn col(column: Column) -> Expr {
    Expr::col(column)
}

fn any_of<V: Into<sea_orm::Value>>(all: Condition, column: Column, values: Vec<V>) -> Condition {
    // One value as an equality, which every optimiser can turn into the order of an index.
    match <[V; 1]>::try_from(values) {
        Ok([value]) => all.add(col(column).eq(Expr::val(value))),
        Err(values) if values.is_empty() => all,
        Err(values) => all.add(col(column).is_in(values.into_iter().map(Into::into))),
    }
}

/// Expiry is not stored: a certificate that says VALID has expired when its last day is over.
fn status(status: CertificateStatus, today: chrono::NaiveDate) -> Condition {
    let stands = |stored: CertificateStatus| Condition::all().add(col(Column::Status).eq(stored.code()));
    match status {
        CertificateStatus::Valid => stands(status).add(col(Column::ValidUntil).gte(today)),
        CertificateStatus::Expired => stands(CertificateStatus::Valid).add(col(Column::ValidUntil).lt(today)),
        stored => stands(stored),
    }
}

fn condition(filter: &CertificateFilter) -> Condition {
    let mut all = Condition::all();
    for word in &filter.words {
        all = all.add(col(Column::Id).in_subquery(entries_with(KIND, word)));
    }
    if let Some(number) = &filter.number {
        all = all.add(col(Column::Number).gte(number.as_str()));
        if let Some(end) = after_prefix(number) {
            all = all.add(col(Column::Number).lt(end));
        }
    }
    all = any_of(all, Column::DoctorId, filter.doctors.iter().map(|id| id.raw()).collect::<Vec<Uuid>>());
    all = any_of(all, Column::Kind, filter.kinds.iter().map(|kind| kind.code()).collect());
    if let Some((statuses, today)) = &filter.statuses {
        let any = statuses.iter().fold(Condition::any(), |any, one| any.add(status(*one, *today)));
        all = all.add(any);
    }
    if let Some(from) = filter.issued_from {
        all = all.add(col(Column::IssuedAt).gte(stored(from)));
    }
    if let Some(before) = filter.issued_before {
        all = all.add(col(Column::IssuedAt).lt(stored(before)));
    }
    if let Some(day) = filter.valid_on {
        all = all.add(col(Column::ValidFrom).lte(day)).add(col(Column::ValidUntil).gte(day));
    }
    match filter.visible_to_doctor {
        None => all,
        Some(Some(staff)) => all.add(col(Column::DoctorId).eq(staff.raw())),
        // A doctor without staff record has attested nothing.
        Some(None) => all.add(Expr::val(1).eq(0)),
    }
}

/// A page of the list, newest first.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    filter: &CertificateFilter,
    asked: &PageRequest,
) -> Result<Page<Certificate>, StoreError> {
    let mut select = Query::select().from(Entity).columns(Column::iter()).take();
    select.cond_where(condition(filter));
    let count = if asked.with_total { Some(total(db, KIND, select.clone()).await?) } else { None };
    Keyset::new(Column::IssuedAt, Column::Id, Order::Desc).apply(
        &mut select,
        after_moment(asked)?,
        asked.limit,
    );
    let rows = db.query_all(&select).await.map_err(failed(KIND))?;
    let found: Vec<Certificate> = rows
        .iter()
        .map(|row| Row::<Entity>::from_query_result(row, "").map_err(failed(KIND))?.try_into())
        .collect::<Result<_, _>>()?;
    Ok(page(found, asked, count, |last| Cursor {
        key: last.issued_at.timestamp_micros().to_string(),
        id: Id::raw(last.id),
    }))
}
