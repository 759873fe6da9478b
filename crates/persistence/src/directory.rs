//! Lists of directories of the institution's own: some dozens of entries, which are active or not and have a name.

use medcert_application::store::{Cursor, Page, PageRequest, StoreError};
use sea_orm::{
    ConnectionTrait, EntityTrait, FromQueryResult, Iterable,
    sea_query::{Expr, ExprTrait, Order, Query, SelectStatement},
};

use crate::{
    audited_entity::search_terms::entries_with,
    error::failed,
    mapped::{Mapped, Row, Table},
    query::{Keyset, after_name, page, total},
};

/// The column of the table of such an entry.
type Column<E> = <<E as Mapped>::Table as EntityTrait>::Column;

/// An entry of such a list.
pub(crate) trait Named: Mapped<Table: Default> {
    /// The column of the name.
    const NAME: Column<Self>;
    /// The column that tells whether it is active.
    const ACTIVE: Column<Self>;

    /// The name.
    fn name(&self) -> &str;
}

/// Selects the entries that are active or not and have these words.
pub(crate) fn entries<E: Named>(active: Option<bool>, search_terms: &[String]) -> SelectStatement {
    let mut select = Query::select().from(E::Table::default()).columns(Column::<E>::iter()).take();
    for word in search_terms {
        select.and_where(Expr::col(E::Table::ID).in_subquery(entries_with(E::KIND, word)));
    }
    if let Some(active) = active {
        select.and_where(Expr::col(E::ACTIVE).eq(active));
    }
    select
}

/// A page of the selected entries, by name, then id.
pub(crate) async fn by_name<E: Named>(
    db: &impl ConnectionTrait,
    mut select: SelectStatement,
    asked: &PageRequest,
) -> Result<Page<E>, StoreError> {
    let count = if asked.with_total { Some(total(db, E::KIND, select.clone()).await?) } else { None };
    Keyset::new(E::NAME, E::Table::ID, Order::Asc).apply(&mut select, after_name(asked), asked.limit);
    let rows = db.query_all(&select).await.map_err(failed(E::KIND))?;
    let found: Vec<E> = rows
        .iter()
        .map(|row| Row::<E::Table>::from_query_result(row, "").map_err(failed(E::KIND))?.try_into())
        .collect::<Result<_, _>>()?;
    Ok(page(found, asked, count, |last| Cursor { key: last.name().to_owned(), id: last.id().raw() }))
}

/// Declares the table of an entity that has a name, is active or not, and nothing besides. Names are the same that this
/// function makes equal.
macro_rules! named_table {
    ($Entity:ident in $table:tt, same by $folded:expr) => {
        pub(crate) mod table {
            use sea_orm::entity::prelude::*;

            use crate::db_timestamp::DbTimestamp;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub id: Uuid,
                pub version: i64,
                pub name: String,
                pub name_folded: String,
                pub active: bool,
                pub created_at: DbTimestamp,
                pub updated_at: DbTimestamp,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }

        impl crate::mapped::Table for table::Entity {
            const ID: table::Column = table::Column::Id;
        }

        impl TryFrom<table::Model> for $Entity {
            type Error = medcert_application::store::StoreError;

            fn try_from(row: table::Model) -> Result<Self, Self::Error> {
                Ok(Self {
                    id: medcert_domain::Id::new(row.id),
                    version: row.version,
                    name: row.name,
                    active: row.active,
                    created_at: crate::column::moment(row.created_at),
                    updated_at: crate::column::moment(row.updated_at),
                })
            }
        }

        impl crate::mapped::Mapped for $Entity {
            type Table = table::Entity;
            const VERSION: table::Column = table::Column::Version;

            fn row(&self, version: i64) -> table::Model {
                table::Model {
                    id: self.id.raw(),
                    version,
                    name: self.name.clone(),
                    name_folded: $folded(&self.name),
                    active: self.active,
                    created_at: crate::column::stored(self.created_at),
                    updated_at: crate::column::stored(self.updated_at),
                }
            }
        }

        crate::directory::named!($Entity);
    };
}
pub(crate) use named_table;

/// Says which columns of the table of an entity are those of [`Named`].
macro_rules! named {
    ($Entity:ident) => {
        impl crate::directory::Named for $Entity {
            const NAME: table::Column = table::Column::Name;
            const ACTIVE: table::Column = table::Column::Active;

            fn name(&self) -> &str {
                &self.name
            }
        }
    };
}
pub(crate) use named;
