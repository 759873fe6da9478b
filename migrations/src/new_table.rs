//! One way to make tables, and to add to them later, that means the same on every engine.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::mysql;

/// What a column holds.
#[derive(Clone, Copy)]
pub enum Kind {
    /// An identifier: the engine's UUID type or 16 bytes.
    Id,
    /// A text of at most so many characters, compared by code point.
    Line(u32),
    /// A longer text, up to 64 KiB.
    Text,
    /// A text without a limit worth naming.
    LongText,
    /// A moment: UTC with microseconds.
    Moment,
    /// A calendar day.
    Day,
    /// Yes or no.
    Flag,
    /// A whole number.
    Number,
    /// A small whole number.
    Small,
    /// An ISO 4217 code.
    Currency,
    /// A SHA-256.
    Hash,
}

/// A table being described; [`NewTable::create`] makes it.
#[must_use]
pub struct NewTable<'m> {
    manager: &'m SchemaManager<'m>,
    backend: DbBackend,
    name: &'static str,
    statement: TableCreateStatement,
    indexes: Vec<IndexCreateStatement>,
}

impl<'m> NewTable<'m> {
    /// An empty table.
    pub fn named(name: &'static str, manager: &'m SchemaManager<'m>) -> Self {
        let backend = manager.get_database_backend();
        let mut statement = Table::create();
        statement.table(name);
        Self { manager, backend, name, statement, indexes: Vec::new() }
    }

    /// The usual beginning: `id` as primary key and `version`.
    pub fn entity(self) -> Self {
        self.col("id", Kind::Id).primary_key(&["id"]).col("version", Kind::Number)
    }

    /// A column that always has a value.
    pub fn col(mut self, name: &'static str, kind: Kind) -> Self {
        let mut column = self.define(name, kind);
        self.statement.col(column.not_null());
        self
    }

    /// A column that has a value even when whoever inserts the row does not name it.
    pub fn with(mut self, name: &'static str, column: Column) -> Self {
        self.statement.col(column.define(self.backend, name));
        self
    }

    /// A column that may be NULL.
    pub fn opt(mut self, name: &'static str, kind: Kind) -> Self {
        let mut column = self.define(name, kind);
        self.statement.col(column.null());
        self
    }

    /// The primary key.
    pub fn primary_key(mut self, columns: &[&'static str]) -> Self {
        let mut index = Index::create();
        for column in columns {
            index.col(*column);
        }
        self.statement.primary_key(&mut index);
        self
    }

    /// A unique key; NULLs never collide.
    pub fn unique(mut self, columns: &[&'static str]) -> Self {
        let mut index = Index::create();
        index.name(format!("uq_{}_{}", self.name, columns.join("_"))).unique();
        for column in columns {
            index.col(*column);
        }
        self.statement.index(&mut index);
        self
    }

    /// An index.
    pub fn index(mut self, columns: &[&'static str]) -> Self {
        let mut index = Index::create();
        described(&mut index, self.name, columns);
        if self.backend == DbBackend::MySql {
            // Part of the table there: each index made later would be a statement that rebuilds it.
            self.statement.index(&mut index);
        } else {
            self.indexes.push(index);
        }
        self
    }

    /// A foreign key to the `id` of another table.
    pub fn refers(mut self, column: &'static str, to: &'static str) -> Self {
        let mut key = ForeignKey::create();
        key.name(format!("fk_{}_{column}", self.name)).from(self.name, column).to(to, "id");
        self.statement.foreign_key(&mut key);
        self
    }

    /// Makes it.
    pub async fn create(mut self) -> Result<(), DbErr> {
        if self.backend == DbBackend::MySql {
            let collation = mysql::collation(mysql::is_mariadb(self.manager.get_connection()).await?);
            self.statement.engine("InnoDB").character_set("utf8mb4").collate(collation);
        }
        self.manager.create_table(self.statement).await?;
        for index in self.indexes {
            self.manager.create_index(index).await?;
        }
        Ok(())
    }

    fn define(&self, name: &'static str, kind: Kind) -> ColumnDef {
        define(self.backend, name, kind)
    }
}

/// The name of an index.
fn index_name(table: &str, columns: &[&str]) -> String {
    format!("ix_{table}_{}", columns.join("_"))
}

fn described(index: &mut IndexCreateStatement, table: &'static str, columns: &[&'static str]) {
    index.name(index_name(table, columns)).table(table);
    for column in columns {
        index.col(*column);
    }
}

/// Adds an index to a table that is there.
pub async fn add_index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index = Index::create();
    described(&mut index, table, columns);
    manager.create_index(index).await
}

/// Takes it away.
pub async fn drop_index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    manager.drop_index(Index::drop().name(index_name(table, columns)).table(table).to_owned()).await
}

/// What a column holds in rows of those who do not know it.
#[derive(Clone, Copy)]
pub enum Column {
    /// NULL.
    Optional(Kind),
    /// This text.
    Filled(Kind, &'static str),
    /// No.
    Unset,
}

impl Column {
    fn define(self, backend: DbBackend, name: &'static str) -> ColumnDef {
        match self {
            Self::Optional(kind) => define(backend, name, kind).null().to_owned(),
            Self::Filled(kind, text) => define(backend, name, kind).not_null().default(text).to_owned(),
            Self::Unset => define(backend, name, Kind::Flag).not_null().default(false).to_owned(),
        }
    }
}

/// Adds a column to a table: one a statement, since SQLite takes no more.
pub async fn add_column(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
    column: Column,
) -> Result<(), DbErr> {
    let mut definition = column.define(manager.get_database_backend(), name);
    manager.alter_table(Table::alter().table(table).add_column(&mut definition).take()).await
}

/// Takes a column away.
pub async fn drop_column(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).drop_column(name).take()).await
}

fn define(backend: DbBackend, name: &'static str, kind: Kind) -> ColumnDef {
    use sea_orm_migration::sea_orm::DatabaseBackend::{MySql, Postgres};
    let mut column = ColumnDef::new(name);
    match (kind, backend) {
        (Kind::Id, _) => column.uuid(),
        (Kind::Line(length), Postgres) => column.custom(format!("varchar({length}) COLLATE \"C\"")),
        (Kind::Line(length), _) => column.string_len(length),
        (Kind::Text | Kind::LongText, Postgres) => column.custom("text COLLATE \"C\""),
        (Kind::LongText, MySql) => column.custom("mediumtext"),
        (Kind::Text | Kind::LongText, _) => column.text(),
        // TIMESTAMP would end in 2038 and shift with the session's time zone.
        (Kind::Moment, MySql) => column.custom("datetime(6)"),
        (Kind::Moment, Postgres) => column.custom("timestamp(6)"),
        (Kind::Moment, _) => column.date_time(),
        (Kind::Day, _) => column.date(),
        (Kind::Flag, _) => column.boolean(),
        (Kind::Number, _) => column.big_integer(),
        (Kind::Small, _) => column.integer(),
        (Kind::Currency, Postgres) => column.custom("char(3) COLLATE \"C\""),
        (Kind::Currency, _) => column.char_len(3),
        (Kind::Hash, _) => column.binary_len(32),
    };
    column
}
