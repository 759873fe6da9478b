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
    codec::{after_prefix, stored},
    cut::Cut,
    error::failed,
    mapped::Row,
    query::{after_moment, page},
};

const KIND: &str = Certificate::KIND;

fn col(column: Column) -> Expr {
    Expr::col(("certificate", column))
}

/// Expiry is not stored: a certificate that says VALID has expired when its last day is over.
fn with_status(cut: Cut<Entity>, statuses: &[CertificateStatus], today: NaiveDate) -> Cut<Entity> {
    let asked = |status| statuses.contains(&status);
    let stored = statuses.iter().map(|status| match status {
        CertificateStatus::Expired => CertificateStatus::Valid.code(),
        stored => stored.code(),
    });
    let cut = cut.having(Column::Status.as_str(), stored);
    let valid = || col(Column::Status).eq(CertificateStatus::Valid.code());
    match (asked(CertificateStatus::Valid), asked(CertificateStatus::Expired)) {
        (true, false) => {
            let there = Condition::any().add(valid().not()).add(col(Column::ValidUntil).gte(today));
            cut.holding(there)
        }
        (false, true) if statuses.len() == 1 => {
            cut.within(Column::ValidUntil.as_str(), Condition::all().add(col(Column::ValidUntil).lt(today)))
        }
        (false, true) => {
            let over = Condition::any().add(valid().not()).add(col(Column::ValidUntil).lt(today));
            cut.holding(over)
        }
        _ => cut,
    }
}

async fn asked_for(db: &impl ConnectionTrait, filter: &CertificateFilter) -> Result<Cut<Entity>, StoreError> {
    let visible = filter.visible_to_doctor.flatten();
    let mut cut = Cut::by("certificate", Column::IssuedAt.as_str(), Order::Desc)
        .having(Column::DoctorId.as_str(), visible.map(Id::raw))
        .having(Column::DoctorId.as_str(), filter.doctors.iter().map(|id| id.raw()))
        .having(Column::Kind.as_str(), filter.kinds.iter().map(|kind| kind.code()))
        .found_by(db, KIND, &filter.words)
        .await?;
    if filter.visible_to_doctor == Some(None) {
        // A doctor without staff record has attested nothing.
        cut = cut.only(Condition::all().add(Expr::val(1).eq(0)));
    }
    if let Some((statuses, today)) = &filter.statuses {
        cut = with_status(cut, statuses, *today);
    }
    if let Some(number) = &filter.number {
        let mut beginning = Condition::all().add(col(Column::Number).gte(number.as_str()));
        if let Some(end) = after_prefix(number) {
            beginning = beginning.add(col(Column::Number).lt(end));
        }
        cut = cut.within(Column::Number.as_str(), beginning);
    }
    if let Some(from) = filter.issued_from {
        cut = cut.holding(Condition::all().add(col(Column::IssuedAt).gte(stored(from))));
    }
    if let Some(before) = filter.issued_before {
        cut = cut.holding(Condition::all().add(col(Column::IssuedAt).lt(stored(before))));
    }
    if let Some(day) = filter.valid_on {
        cut = cut
            .within(Column::ValidUntil.as_str(), Condition::all().add(col(Column::ValidUntil).gte(day)))
            .holding(Condition::all().add(col(Column::ValidFrom).lte(day)));
    }
    Ok(cut)
}

/// A page of the list, newest first.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    filter: &CertificateFilter,
    asked: &PageRequest,
) -> Result<Page<Certificate>, StoreError> {
    let cut = asked_for(db, filter).await?;
    let count = if asked.with_total { Some(cut.total(db, KIND).await?) } else { None };
    let select = cut.page(db, KIND, asked, after_moment(asked)?).await?;
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
