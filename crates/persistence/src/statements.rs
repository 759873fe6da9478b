//! The statements of the two reads that are measured, as text: `bench/bare` runs them without anything around them,
//! and what Medcert's answers cost beyond their SQL is the difference. They come from the functions that the reads
//! themselves call, so the measurement cannot fall behind them.

use std::collections::BTreeSet;

use medcert_application::store::{PageRequest, StoreError};
use medcert_domain::{
    Id,
    billing::{Payment, Refund},
    certification::{Certification, Evaluation},
    files::StoredFile,
};
use sea_orm::{DbBackend, Value, sea_query::SelectStatement};
use uuid::Uuid;

use crate::{
    certification::{certificate, list, names, request, request_aggregate},
    children::{select, select_children},
    column::corrupt,
    connect::Engine,
};

/// A value that a statement is run with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// A whole number of 32 bits.
    Small(i32),
    /// A whole number of 64 bits.
    Number(i64),
    /// An identifier.
    Id(Uuid),
}

/// A statement with its values, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text, in the engine's dialect.
    pub text: String,
    /// The values.
    pub values: Vec<Bound>,
}

fn backend(engine: Engine) -> DbBackend {
    match engine {
        Engine::Sqlite => DbBackend::Sqlite,
        Engine::Postgres => DbBackend::Postgres,
        Engine::MySql | Engine::MariaDb => DbBackend::MySql,
    }
}

fn written(engine: Engine, select: &SelectStatement) -> Result<Statement, StoreError> {
    let statement = backend(engine).build(select);
    let values = statement.values.map(|values| values.0).unwrap_or_default();
    let values = values.into_iter().map(|value| match value {
        Value::Int(Some(number)) => Ok(Bound::Small(number)),
        Value::BigInt(Some(number)) => Ok(Bound::Number(number)),
        Value::BigUnsigned(Some(number)) => i64::try_from(number)
            .map(Bound::Number)
            .map_err(|_| corrupt("statement", "a number is too great")),
        Value::Uuid(Some(id)) => Ok(Bound::Id(id)),
        _ => Err(corrupt("statement", "a value has an unexpected type")),
    });
    Ok(Statement { text: statement.sql, values: values.collect::<Result<_, _>>()? })
}

/// The first page of the list as it is without filters.
pub fn list(engine: Engine, limit: u64) -> Result<Statement, StoreError> {
    let page = PageRequest { limit, after: None, with_total: false };
    written(engine, &list::first_page(backend(engine), &page)?)
}

/// The request with everybody around it: the first statement of the detail.
pub fn request(engine: Engine, id: Uuid) -> Result<Statement, StoreError> {
    written(engine, &request_aggregate::select(Id::<Certification>::new(id)))
}

/// What hangs on the request.
pub struct Children {
    /// The column of [`request`] that says whether there is any.
    pub has: &'static str,
    /// The column of [`request`] with the identifier that the statement is run with.
    pub of: &'static str,
    /// The statement that is run then.
    pub statement: Statement,
}

/// All that hangs on the request, in the order in which it is read. Each statement is for the identifier given.
pub fn children(engine: Engine, id: Uuid) -> Result<Vec<Children>, StoreError> {
    use certificate::table as certificate;
    const REQUEST: &str = "request__id";
    const SETTLEMENT: &str = "request__settlement_id";
    let certificates = select_children::<request::table::Entity, certificate::Entity>(
        id,
        certificate::Column::RequestId,
        certificate::Column::IssuedAt,
    );
    let all = [
        ("has_assignments", REQUEST, request_aggregate::select_assignments(id)),
        ("has_payments", SETTLEMENT, select::<Payment>(id)),
        ("has_refunds", SETTLEMENT, select::<Refund>(id)),
        ("has_evaluations", REQUEST, select::<Evaluation>(id)),
        ("has_certificates", REQUEST, certificates),
        ("has_files", REQUEST, select::<StoredFile>(id)),
    ];
    let children =
        |(has, of, select)| written(engine, &select).map(|statement| Children { has, of, statement });
    all.into_iter().map(children).collect()
}

/// The names of accounts and staff that none of the other statements told: the last statement of the detail, when
/// there are any.
pub fn names(
    engine: Engine,
    accounts: &BTreeSet<Uuid>,
    staff: &BTreeSet<Uuid>,
) -> Result<Option<Statement>, StoreError> {
    names::select(accounts, staff).map(|select| written(engine, &select)).transpose()
}
