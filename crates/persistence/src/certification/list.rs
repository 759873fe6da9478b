//! The list of requests: one statement for a page, one more when the total is asked for.

use medcert_application::store::{Cursor, Page, PageRequest, RequestFilter, RequestRow, Sort, StoreError};
use medcert_domain::{
    Entity as _, Id,
    certification::{Certification, PaymentStatus, Stage, WaitingFor},
};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Condition, Expr, ExprTrait, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    request::table::{Column, Entity},
    words,
};
use crate::{
    catalog::service,
    codec::{moment, read, stored},
    error::failed,
    identity::user,
    people::{person, promoter, staff},
    query::{Keyset, after_moment, join, page, total, value_of},
};

const KIND: &str = Certification::KIND;

fn col(column: Column) -> Expr {
    Expr::col(("request", column))
}

fn any_of<V: Into<sea_orm::Value>>(all: Condition, column: Column, values: Vec<V>) -> Condition {
    // One value as an equality, which every optimiser can turn into the order of an index.
    match <[V; 1]>::try_from(values) {
        Ok([value]) => all.add(col(column).eq(Expr::val(value))),
        Err(values) if values.is_empty() => all,
        Err(values) => all.add(col(column).is_in(values.into_iter().map(Into::into))),
    }
}

fn raw<E>(ids: &[Id<E>]) -> Vec<Uuid> {
    ids.iter().map(|id| id.raw()).collect()
}

fn condition(filter: &RequestFilter) -> Condition {
    let mut all = Condition::all();
    for word in &filter.words {
        all = all.add(col(Column::Id).in_subquery(words::requests_with(word)));
    }
    all = any_of(all, Column::Stage, filter.stages.iter().map(|s| s.code()).collect());
    all = any_of(all, Column::PaymentStatus, filter.payment_statuses.iter().map(|s| s.code()).collect());
    all = any_of(all, Column::ServiceId, raw(&filter.services));
    all = any_of(all, Column::PromoterId, raw(&filter.promoters));
    all = any_of(all, Column::ManagerId, raw(&filter.managers));
    all = any_of(all, Column::DoctorId, raw(&filter.doctors));
    if let Some((account, staff)) = &filter.mine {
        let mut mine = Condition::any().add(col(Column::RegisteredBy).eq(account.raw()));
        if let Some(staff) = staff {
            mine =
                mine.add(col(Column::ManagerId).eq(staff.raw())).add(col(Column::DoctorId).eq(staff.raw()));
        }
        all = all.add(mine);
    }
    all = match filter.visible_to_doctor {
        None => all,
        Some(Some(staff)) => all.add(col(Column::DoctorId).eq(staff.raw())),
        // A doctor without staff record has no request to see.
        Some(None) => all.add(Expr::val(1).eq(0)),
    };
    if let Some(from) = filter.created_from {
        all = all.add(col(Column::CreatedAt).gte(stored(from)));
    }
    if let Some(before) = filter.created_before {
        all = all.add(col(Column::CreatedAt).lt(stored(before)));
    }
    if let Some(from) = filter.updated_from {
        all = all.add(col(Column::UpdatedAt).gte(stored(from)));
    }
    if let Some(number) = &filter.document_number {
        let holders = Query::select()
            .column(person::table::Column::Id)
            .from(person::table::Entity)
            .and_where(Expr::col(person::table::Column::DocumentNumber).eq(number.as_str()))
            .take();
        all = all.add(col(Column::ClientId).in_subquery(holders));
    }
    if let Some(reference) = &filter.external_reference {
        all = all.add(col(Column::ExternalReference).eq(reference.as_str()));
    }
    if let Some(due) = filter.refund_due {
        all = all.add(col(Column::RefundDue).eq(due));
    }
    all
}

/// Columns of the request itself that a row shows.
const OWN: &[Column] = &[
    Column::Id,
    Column::Code,
    Column::Stage,
    Column::PaymentStatus,
    Column::ClientId,
    Column::StageSince,
    Column::WaitingFor,
    Column::CreatedAt,
    Column::UpdatedAt,
];

fn add_names(select: &mut SelectStatement) {
    let person_name = person::table::Column::Name;
    join::<person::table::Entity>(select, "client", ("request", Column::ClientId));
    join::<person::table::Entity>(select, "guardian", ("request", Column::GuardianId));
    join::<service::table::Entity>(select, "service", ("request", Column::ServiceId));
    join::<promoter::table::Entity>(select, "promoter", ("request", Column::PromoterId));
    join::<user::table::Entity>(select, "registrar", ("request", Column::RegisteredBy));
    join::<person::table::Entity>(select, "operator", ("registrar", user::table::Column::PersonId));
    join::<staff::table::Entity>(select, "managing", ("request", Column::ManagerId));
    join::<person::table::Entity>(select, "manager", ("managing", staff::table::Column::PersonId));
    join::<staff::table::Entity>(select, "treating", ("request", Column::DoctorId));
    join::<person::table::Entity>(select, "doctor", ("treating", staff::table::Column::PersonId));
    for alias in ["client", "guardian", "operator", "manager", "doctor"] {
        select.expr_as(Expr::col((alias, person_name)), Alias::new(format!("{alias}_name")));
    }
    select
        .expr_as(Expr::col(("service", service::table::Column::Name)), Alias::new("service_name"))
        .expr_as(Expr::col(("promoter", promoter::table::Column::Name)), Alias::new("promoter_name"));
    for column in [
        person::table::Column::DocumentType,
        person::table::Column::DocumentCountry,
        person::table::Column::DocumentNumber,
    ] {
        select.expr(Expr::col(("client", column)));
    }
}

fn row(found: &QueryResult) -> Result<RequestRow, StoreError> {
    let text = |name| value_of::<Option<String>>(KIND, found, name);
    let code = |name| value_of::<String>(KIND, found, name);
    let at = |name| value_of(KIND, found, name).map(moment);
    let (document_type, document_country) = (text("document_type")?, text("document_country")?);
    Ok(RequestRow {
        id: Id::new(value_of(KIND, found, "id")?),
        code: code("code")?,
        stage: read(KIND, "stage", &code("stage")?, Stage::parse)?,
        payment_status: read(KIND, "payment_status", &code("payment_status")?, PaymentStatus::parse)?,
        client: Id::new(value_of(KIND, found, "client_id")?),
        client_name: code("client_name")?,
        client_document: person::document(
            document_type.as_deref(),
            document_country.as_deref(),
            text("document_number")?,
        )?,
        guardian_name: text("guardian_name")?,
        service_name: text("service_name")?,
        promoter_name: text("promoter_name")?,
        operator_name: text("operator_name")?,
        manager_name: text("manager_name")?,
        doctor_name: text("doctor_name")?,
        stage_since: at("stage_since")?,
        waiting_for: read(KIND, "waiting_for", &code("waiting_for")?, WaitingFor::parse)?,
        created_at: at("created_at")?,
        updated_at: at("updated_at")?,
    })
}

/// Columns of the request by which its names are found.
const LINKS: &[Column] = &[
    Column::GuardianId,
    Column::ServiceId,
    Column::PromoterId,
    Column::RegisteredBy,
    Column::ManagerId,
    Column::DoctorId,
];

/// The statement of a page, and that of its total when one is asked for.
///
/// The page is cut before names are joined to it: left to themselves, planners join whole tables first when their
/// statistics are old, and the work grows with the table.
pub(crate) fn select(
    filter: &RequestFilter,
    asked: &PageRequest,
) -> Result<(SelectStatement, Option<SelectStatement>), StoreError> {
    let mut cut = Query::select().from_as(Entity, "request").take();
    cut.cond_where(condition(filter));
    let all = asked.with_total.then(|| cut.clone());
    for column in OWN.iter().chain(LINKS) {
        cut.expr(col(*column));
    }
    let (key, order) = order(filter.sort);
    Keyset::new(("request", key), ("request", Column::Id), order.clone()).apply(
        &mut cut,
        after_moment(asked)?,
        asked.limit,
    );
    let mut select = Query::select().from_subquery(cut, "request").take();
    for column in OWN {
        select.expr(col(*column));
    }
    add_names(&mut select);
    select.order_by(("request", key), order.clone()).order_by(("request", Column::Id), order);
    Ok((select, all))
}

fn order(sort: Sort) -> (Column, Order) {
    match sort {
        Sort::CreatedDesc => (Column::CreatedAt, Order::Desc),
        Sort::CreatedAsc => (Column::CreatedAt, Order::Asc),
        Sort::UpdatedDesc => (Column::UpdatedAt, Order::Desc),
        Sort::UpdatedAsc => (Column::UpdatedAt, Order::Asc),
    }
}

/// A page of the list.
pub(crate) async fn requests(
    db: &impl ConnectionTrait,
    filter: &RequestFilter,
    asked: &PageRequest,
) -> Result<Page<RequestRow>, StoreError> {
    let (select, all) = select(filter, asked)?;
    let count = match all {
        Some(all) => Some(total(db, KIND, all).await?),
        None => None,
    };
    let found = db.query_all(&select).await.map_err(failed(KIND))?;
    let rows: Vec<RequestRow> = found.iter().map(row).collect::<Result<_, _>>()?;
    Ok(page(rows, asked, count, |last| {
        let by_creation = matches!(filter.sort, Sort::CreatedDesc | Sort::CreatedAsc);
        let at = if by_creation { last.created_at } else { last.updated_at };
        Cursor { key: at.timestamp_micros().to_string(), id: last.id.raw() }
    }))
}
