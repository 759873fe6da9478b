//! What hangs on something and has no version of its own: loaded with it, written by difference.

use medcert_application::store::StoreError;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    column::corrupt,
    error::failed,
    mapped::{Row, Table, add, overwrite},
    query::{ById, join, row_of, select_all, value_of},
};

/// The table of what others hang on.
pub(crate) trait Parent: Table + Default {
    /// The column that counts changes, those of what hangs on it included.
    const VERSION: Self::Column;
}

/// A part of something that has no version of its own: that of its parent counts for it.
pub(crate) trait Child:
    Clone + PartialEq + Send + Sync + TryFrom<Row<Self::Table>, Error = StoreError>
{
    /// Its table.
    type Table: Table + Default;
    /// That of what it hangs on.
    type Parent: Parent;
    /// Name of the kind in errors.
    const KIND: &'static str;
    /// The column that names the parent.
    const PARENT: <Self::Table as EntityTrait>::Column;
    /// The column by which the children of one parent are ordered.
    const ORDER: <Self::Table as EntityTrait>::Column;

    /// The select of a parent's children: [`select`], written once.
    fn of_parent() -> &'static ById;

    /// Its identifier.
    fn raw_id(&self) -> Uuid;

    /// The row that holds it, at its place among the children.
    fn row(&self, parent: Uuid, position: i32) -> Row<Self::Table>;
}

/// Writes what differs: first what is gone, then what changed, then what is new, because a unique key such as
/// "one current manager" must be free before the next one takes it.
pub(crate) async fn write<C: Child>(
    db: &impl ConnectionTrait,
    parent: Uuid,
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
            None => new.push(child.row(parent, position)),
            Some(former) if former == *child => {}
            Some(_) => {
                overwrite::<C::Table>(db, C::KIND, child.raw_id(), child.row(parent, position)).await?;
            }
        }
    }
    add::<C::Table>(db, C::KIND, new).await
}

/// What a reader finds that takes more than one statement.
pub(crate) enum Found<T> {
    /// All of it as of one version of the parent.
    Whole(T),
    /// The parent changed in between: read again.
    Torn,
}

/// Selects children of a parent with the version the parent has at that moment.
pub(crate) fn select_children<P: Parent, T: Table + Default>(
    of: Uuid,
    parent_column: T::Column,
    order: T::Column,
) -> SelectStatement {
    let mut select = Query::select().from_as(T::default(), "child").take();
    join::<P>(&mut select, "parent", ("child", parent_column));
    select_all::<T>(&mut select, "child");
    select
        .expr_as(Expr::col(("parent", P::VERSION)), Alias::new("parent_version"))
        .and_where(Expr::col(("child", parent_column)).eq(of))
        .order_by(("child", order), Order::Asc)
        .order_by(("child", T::ID), Order::Asc);
    select
}

/// The same for children without version.
pub(crate) fn select<C: Child>(of: Uuid) -> SelectStatement {
    select_children::<C::Parent, C::Table>(of, C::PARENT, C::ORDER)
}

/// Whether rows read with [`select_children`] are there and belong to this version.
pub(crate) fn belong(kind: &'static str, rows: &[QueryResult], version: i64) -> Result<bool, StoreError> {
    let Some(first) = rows.first() else { return Ok(false) };
    Ok(value_of::<Option<i64>>(kind, first, "parent_version")? == Some(version))
}

/// Children of a parent as of this version, by a select made with [`select_children`].
pub(crate) async fn load<C, T>(
    db: &impl ConnectionTrait,
    kind: &'static str,
    (parent, version): (Uuid, i64),
    select: &ById,
) -> Result<Found<Vec<C>>, StoreError>
where
    T: Table,
    C: TryFrom<Row<T>, Error = StoreError>,
{
    let select = select.of(db.get_database_backend(), parent);
    let rows = db.query_all_raw(select).await.map_err(failed(kind))?;
    if !belong(kind, &rows, version)? {
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

/// Children without version, in their order, if the parent is known to have any.
pub(crate) async fn load_if<C: Child>(
    db: &impl ConnectionTrait,
    any: bool,
    parent: (Uuid, i64),
) -> Result<Found<Vec<C>>, StoreError> {
    if any {
        load::<C, C::Table>(db, C::KIND, parent, C::of_parent()).await
    } else {
        Ok(Found::Whole(vec![]))
    }
}

/// How often a reader that is torn apart by writers begins again.
pub(crate) const ATTEMPTS: u32 = 5;

/// The truth of whether there are children of the row joined as `parent`.
pub(crate) fn any<C: Child>(parent: &'static str) -> Expr {
    any_in::<C::Parent, C::Table>(parent, C::PARENT)
}

/// The same for those with a version.
pub(crate) fn any_in<P: Parent, T: Table + Default>(parent: &'static str, parent_column: T::Column) -> Expr {
    let rows = Query::select()
        .expr(Expr::val(1))
        .from_as(T::default(), "child")
        .and_where(Expr::col(("child", parent_column)).equals((parent, P::ID)))
        .take();
    Expr::exists(rows)
}
