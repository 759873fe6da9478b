//! The list of certificates.

use chrono::NaiveDate;
use medcert_application::store::{CertificateFilter, Cursor, Page, PageRequest, StoreError};
use medcert_domain::{
    Entity as _, Id,
    certification::{Certificate, CertificateStatus},
};
use sea_orm::{
    ConnectionTrait, FromQueryResult, IdenStatic,
    sea_query::{Condition, Expr, ExprTrait, Order},
};

use super::certificate::table::{Column, Entity};
use crate::{
    column::after_prefix,
    error::failed,
    keyset::ListQuery,
    mapped::Row,
    query::{TimeRange, after_moment, page},
};

const KIND: &str = Certificate::KIND;

fn col(column: Column) -> Expr {
    Expr::col(("certificate", column))
}

/// Expiry is not stored: a certificate that says VALID has expired when its last day is over.
fn with_status(
    query: ListQuery<Entity>,
    statuses: &[CertificateStatus],
    today: NaiveDate,
) -> ListQuery<Entity> {
    let asked = |status| statuses.contains(&status);
    let stored = statuses.iter().map(|status| match status {
        CertificateStatus::Expired => CertificateStatus::Valid.code(),
        stored => stored.code(),
    });
    let query = query.having(Column::Status.as_str(), stored);
    let valid = || col(Column::Status).eq(CertificateStatus::Valid.code());
    match (asked(CertificateStatus::Valid), asked(CertificateStatus::Expired)) {
        (true, false) => {
            let there = Condition::any().add(valid().not()).add(col(Column::ValidUntil).gte(today));
            query.holding(there)
        }
        (false, true) if statuses.len() == 1 => {
            query.within(Column::ValidUntil.as_str(), Condition::all().add(col(Column::ValidUntil).lt(today)))
        }
        (false, true) => {
            let over = Condition::any().add(valid().not()).add(col(Column::ValidUntil).lt(today));
            query.holding(over)
        }
        _ => query,
    }
}

async fn asked_for(
    db: &impl ConnectionTrait,
    filter: &CertificateFilter,
) -> Result<ListQuery<Entity>, StoreError> {
    let visible = filter.visible_to_doctor.flatten();
    let mut query = ListQuery::by("certificate", Column::IssuedAt.as_str(), Order::Desc)
        .having(Column::DoctorId.as_str(), visible.map(Id::raw))
        .having(Column::DoctorId.as_str(), filter.doctors.iter().map(|id| id.raw()))
        .having(Column::Kind.as_str(), filter.kinds.iter().map(|kind| kind.code()))
        .between(TimeRange { from: filter.issued_from, before: filter.issued_before })
        .found_by(db, KIND, &filter.search_terms)
        .await?;
    if filter.visible_to_doctor == Some(None) {
        // A doctor without staff record has attested nothing.
        query = query.only(Condition::all().add(Expr::val(1).eq(0)));
    }
    if let Some((statuses, today)) = &filter.statuses {
        query = with_status(query, statuses, *today);
    }
    if let Some(number) = &filter.number {
        let mut beginning = Condition::all().add(col(Column::Number).gte(number.as_str()));
        if let Some(end) = after_prefix(number) {
            beginning = beginning.add(col(Column::Number).lt(end));
        }
        query = query.within(Column::Number.as_str(), beginning);
    }
    if let Some(day) = filter.valid_on {
        query = query
            .within(Column::ValidUntil.as_str(), Condition::all().add(col(Column::ValidUntil).gte(day)))
            .holding(Condition::all().add(col(Column::ValidFrom).lte(day)));
    }
    Ok(query)
}

/// A page of the list, newest first.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    filter: &CertificateFilter,
    asked: &PageRequest,
) -> Result<Page<Certificate>, StoreError> {
    let query = asked_for(db, filter).await?;
    let count = if asked.with_total { Some(query.total(db, KIND).await?) } else { None };
    let select = query.page(db, KIND, asked, after_moment(asked)?).await?;
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
