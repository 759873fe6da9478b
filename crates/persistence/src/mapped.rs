//! Create, read, update and delete, written once for every table of an entity.

use medcert_application::store::StoreError;
use medcert_domain::{Entity, Id};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult,
    IntoActiveModel, Iterable, ModelTrait, QueryFilter,
};
use uuid::Uuid;

use crate::{column::corrupt, error::failed};

/// Rows of a table.
pub(crate) type Row<T> = <T as EntityTrait>::Model;
type Active<T> = <T as EntityTrait>::ActiveModel;

/// A table whose rows are identified by a UUID.
pub(crate) trait Table:
    EntityTrait<
        Model: ModelTrait<Entity = Self>
                   + FromQueryResult
                   + IntoActiveModel<Active<Self>>
                   + Clone
                   + PartialEq
                   + Send
                   + Sync,
        ActiveModel: ActiveModelTrait<Entity = Self> + ActiveModelBehavior + Send,
    >
{
    /// The primary key.
    const ID: Self::Column;
}

/// What an entity must say about its table.
pub(crate) trait Mapped: Entity {
    /// The table.
    type Table: Table<Model: TryInto<Self, Error = StoreError>>;
    /// The column that counts changes.
    const VERSION: <Self::Table as EntityTrait>::Column;

    /// The row that holds it.
    fn row(&self, version: i64) -> Row<Self::Table>;

    /// What its room does once this has happened to it.
    fn follow(
        &self,
        _: &impl ConnectionTrait,
        _: Written,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        async { Ok(()) }
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    Inserted,
    Updated,
    Deleted,
}

fn all_set<T: Table>(row: Row<T>) -> Active<T> {
    row.into_active_model().reset_all()
}

pub(crate) async fn get<E: Mapped>(
    db: &impl ConnectionTrait,
    id: Id<E::Key>,
) -> Result<Option<E>, StoreError> {
    let found = E::Table::find().filter(E::Table::ID.eq(id.raw())).one(db).await;
    found.map_err(failed(E::KIND))?.map(TryInto::try_into).transpose()
}

pub(crate) async fn insert<E: Mapped>(db: &impl ConnectionTrait, entity: &E) -> Result<(), StoreError> {
    add::<E::Table>(db, E::KIND, vec![entity.row(1)]).await?;
    entity.follow(db, Written::Inserted).await
}

pub(crate) async fn update<E: Mapped>(db: &impl ConnectionTrait, entity: &E) -> Result<(), StoreError> {
    let version = entity.version();
    let mut row = all_set::<E::Table>(entity.row(version + 1));
    row.not_set(E::Table::ID);
    let done = E::Table::update_many()
        .set(row)
        .filter(E::Table::ID.eq(entity.id().raw()))
        .filter(E::VERSION.eq(version))
        .exec(db)
        .await
        .map_err(failed(E::KIND))?;
    if done.rows_affected != 1 {
        return Err(StoreError::Stale(E::KIND));
    }
    entity.follow(db, Written::Updated).await
}

pub(crate) async fn delete<E: Mapped>(db: &impl ConnectionTrait, entity: &E) -> Result<(), StoreError> {
    let done = E::Table::delete_many()
        .filter(E::Table::ID.eq(entity.id().raw()))
        .filter(E::VERSION.eq(entity.version()))
        .exec(db)
        .await
        .map_err(failed(E::KIND))?;
    if done.rows_affected != 1 {
        return Err(StoreError::Stale(E::KIND));
    }
    entity.follow(db, Written::Deleted).await
}

/// Inserts rows of an entity's table, in as few statements as the engine takes.
pub(crate) async fn add<T: Table>(
    db: &impl ConnectionTrait,
    kind: &'static str,
    rows: Vec<Row<T>>,
) -> Result<(), StoreError> {
    insert_all::<T>(db, kind, rows).await
}

/// The same for any table.
pub(crate) async fn insert_all<T: EntityTrait>(
    db: &impl ConnectionTrait,
    kind: &'static str,
    rows: Vec<Row<T>>,
) -> Result<(), StoreError>
where
    Row<T>: IntoActiveModel<Active<T>>,
    Active<T>: ActiveModelTrait<Entity = T> + ActiveModelBehavior + Send,
{
    // SQLite takes at most 32,766 parameters a statement, and no table here has 100 columns. Many rows make one
    // statement of the same length again and again, which the driver has the database prepare once.
    let at_once = Ord::min(30_000 / Ord::max(T::Column::iter().count(), 1), 300);
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).peekable();
    while rows.peek().is_some() {
        let chunk: Vec<_> = rows.by_ref().take(at_once).collect();
        T::insert_many(chunk).exec_without_returning(db).await.map_err(failed(kind))?;
    }
    Ok(())
}

/// Overwrites one row that is there.
pub(crate) async fn overwrite<T: Table>(
    db: &impl ConnectionTrait,
    kind: &'static str,
    id: Uuid,
    row: Row<T>,
) -> Result<(), StoreError> {
    let mut row = all_set::<T>(row);
    row.not_set(T::ID);
    let done = T::update_many().set(row).filter(T::ID.eq(id)).exec(db).await.map_err(failed(kind))?;
    if done.rows_affected == 1 { Ok(()) } else { Err(corrupt(kind, "row is missing")) }
}
