//! When those in rankings last did something: operators, whom no list is filtered by, get the index that others have.
//! Totals lie by part, figure and day in their primary key, which on MariaDB is the table: its index of the same goes.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::{
    m20261121_000016_reads::count_anew,
    new_table::{add_index, drop_index},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const OPERATORS: (&str, &[&str]) = ("certification_request", &["operator_id", "updated_at"]);
const DAYS: (&str, &[&str]) = ("report_total", &["generation", "part", "figure", "day"]);

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_index(manager, OPERATORS.0, OPERATORS.1).await?;
        if manager.get_database_backend() == DbBackend::MySql {
            drop_index(manager, DAYS.0, DAYS.1).await?;
        }
        count_anew(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::MySql {
            add_index(manager, DAYS.0, DAYS.1).await?;
        }
        drop_index(manager, OPERATORS.0, OPERATORS.1).await
    }
}
