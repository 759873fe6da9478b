//! What hangs on a request: loaded with it, written by difference.

use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _,
    certification::{Certificate, Certification},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{certificate, request};
use crate::{
    column::corrupt,
    error::failed,
    mapped::{self, Mapped as _, Row, Table, add, overwrite},
    query::{ById, join, row_of, select_all, value_of},
};

/// A part of the aggregate that has no version of its own: the request's counts for it.
pub(crate) trait Child:
    Clone + PartialEq + Send + Sync + TryFrom<Row<Self::Table>, Error = StoreError>
{
    /// Its table.
    type Table: Table + Default;
    /// Name of the kind in errors.
    const KIND: &'static str;
    /// The column that names the request.
    const REQUEST: <Self::Table as EntityTrait>::Column;
    /// The column by which the children of one request are ordered.
    const ORDER: <Self::Table as EntityTrait>::Column;

    /// The select of a request's children, as [`select_children`] makes it.
    fn of_request() -> &'static ById;

    /// Its identifier.
    fn raw_id(&self) -> Uuid;

    /// The row that holds it, at its place among the children.
    fn row(&self, request: Uuid, position: i32) -> Row<Self::Table>;
}

/// Writes what differs: first what is gone, then what changed, then what is new, because a unique key such as
/// "one current manager" must be free before the next one takes it.
pub(crate) async fn write<C: Child>(
    db: &impl ConnectionTrait,
    request: Uuid,
    before: &[C],
    after: &[C],
) -> Result<(), StoreError> {
    let same = |id: Uuid, list: &[C]| list.iter().find(|c| c.raw_id() == id).cloned();
    let gone: Vec<Uuid> = before.iter().map(Child::raw_id).filter(|id| same(*id, after).is_none()).collect();
    if !gone.is_empty() {
        C::Table::delete_many().filter(C::Table::ID.is_in(gone)).exec(db).await.map_err(failed(C::KIND))?;
    }
    let mut new = Vec::new();
    for (position, child) in (0..).zip(after) {
        match same(child.raw_id(), before) {
            None => new.push(child.row(request, position)),
            Some(former) if former == *child => {}
            Some(_) => {
                overwrite::<C::Table>(db, C::KIND, child.raw_id(), child.row(request, position)).await?;
            }
        }
    }
    add::<C::Table>(db, C::KIND, new).await
}

/// The same for certificates, which have a version of their own: another change of the same one is noticed.
pub(crate) async fn write_certificates(
    db: &impl ConnectionTrait,
    before: &[Certificate],
    after: &[Certificate],
) -> Result<(), StoreError> {
    let mut new = Vec::new();
    for certificate in after {
        match before.iter().find(|former| former.id == certificate.id) {
            None => new.push(certificate.row(1)),
            Some(former) if former == certificate => {}
            Some(former) => {
                let expected = Certificate { version: former.version, ..certificate.clone() };
                mapped::update(db, &expected).await?;
            }
        }
    }
    add::<certificate::table::Entity>(db, Certificate::KIND, new).await
}

/// What a reader finds that takes more than one statement.
pub(crate) enum Found<T> {
    /// All of it as of one version of the request.
    Whole(T),
    /// The request changed in between: read again.
    Torn,
}

/// Selects children of a request with the version the request has at that moment.
pub(crate) fn select_children<T: Table + Default>(
    of: Uuid,
    request_column: T::Column,
    order: T::Column,
) -> SelectStatement {
    let mut select = Query::select().from_as(T::default(), "child").take();
    join::<request::table::Entity>(&mut select, "request", ("child", request_column));
    select_all::<T>(&mut select, "child");
    select
        .expr_as(Expr::col(("request", request::table::Column::Version)), Alias::new("request_version"))
        .and_where(Expr::col(("child", request_column)).eq(of))
        .order_by(("child", order), Order::Asc)
        .order_by(("child", T::ID), Order::Asc);
    select
}

/// Whether rows read with [`select_children`] are there and belong to this version.
pub(crate) fn belong(kind: &'static str, rows: &[QueryResult], version: i64) -> Result<bool, StoreError> {
    let Some(first) = rows.first() else { return Ok(false) };
    Ok(value_of::<Option<i64>>(kind, first, "request_version")? == Some(version))
}

async fn load<C, T>(
    db: &impl ConnectionTrait,
    kind: &'static str,
    request: &Certification,
    select: &ById,
) -> Result<Found<Vec<C>>, StoreError>
where
    T: Table,
    C: TryFrom<Row<T>, Error = StoreError>,
{
    let select = select.of(db.get_database_backend(), request.id.raw());
    let rows = db.query_all_raw(select).await.map_err(failed(kind))?;
    if !belong(kind, &rows, request.version)? {
        return Ok(Found::Torn);
    }
    let children: Result<Vec<C>, StoreError> = rows
        .iter()
        .map(|row| {
            row_of::<T>(kind, row, "child")?.ok_or_else(|| corrupt(kind, "row is missing"))?.try_into()
        })
        .collect();
    Ok(Found::Whole(children?))
}

/// Children without version, in their order.
pub(crate) async fn load_children<C: Child>(
    db: &impl ConnectionTrait,
    request: &Certification,
) -> Result<Found<Vec<C>>, StoreError> {
    load::<C, C::Table>(db, C::KIND, request, C::of_request()).await
}

/// Certificates, oldest first.
pub(crate) async fn load_certificates(
    db: &impl ConnectionTrait,
    request: &Certification,
) -> Result<Found<Vec<Certificate>>, StoreError> {
    use certificate::table::{Column, Entity};
    static OF_REQUEST: ById =
        ById::new(|id| select_children::<Entity>(id, Column::RequestId, Column::IssuedAt));
    load::<Certificate, Entity>(db, Certificate::KIND, request, &OF_REQUEST).await
}
