//! Reads that do not grow with their tables. Accounts and staff records keep the name of their person, by which their
//! lists are ordered, and each filter gets an index that goes on with it. Reports get totals by two dimensions.

use sea_orm_migration::prelude::*;

use crate::new_table::{Column, Kind::Line, add_column, add_index, drop_column, drop_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: &[(&str, &str, Column)] = &[
    ("user_account", "name", Column::Filled(Line(511), "")),
    // Whether the person has a staff record.
    ("user_account", "has_staff", Column::Unset),
    ("staff", "name", Column::Filled(Line(511), "")),
];

const INDEXES: &[(&str, &[&str])] = &[
    ("user_account", &["name", "id"]),
    ("user_account", &["status", "name", "id"]),
    ("user_account", &["has_staff", "name", "id"]),
    ("user_account", &["is_admin", "name", "id"]),
    ("user_account", &["is_operator", "name", "id"]),
    ("user_account", &["is_manager", "name", "id"]),
    ("user_account", &["is_doctor", "name", "id"]),
    ("user_account", &["is_auditor", "name", "id"]),
    ("staff", &["name", "id"]),
    ("staff", &["status", "name", "id"]),
    ("staff", &["is_operator", "name", "id"]),
    ("staff", &["is_manager", "name", "id"]),
    ("staff", &["is_doctor", "name", "id"]),
    // Whether an entry that a list comes to has a word.
    ("directory_word", &["object_id", "word"]),
    // Its unique key goes on with nothing, of which MariaDB makes no order with the id behind it.
    ("job_line", &["job_id", "number", "id"]),
    // Sessions that are not over, of somebody who has signed in for years.
    ("login_session", &["user_id", "expires_at"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name, column) in COLUMNS {
            add_column(manager, table, name, *column).await?;
        }
        for table in ["user_account", "staff"] {
            let person = Query::select()
                .column(("person", "name"))
                .from("person")
                .and_where(Expr::col(("person", "id")).equals((table, "person_id")))
                .take();
            manager.execute(Query::update().table(table).value("name", person).take()).await?;
        }
        let record = Query::select()
            .expr(Expr::val(1))
            .from("staff")
            .and_where(Expr::col(("staff", "person_id")).equals(("user_account", "person_id")))
            .take();
        manager
            .execute(Query::update().table("user_account").value("has_staff", Expr::exists(record)).take())
            .await?;
        for (table, columns) in INDEXES {
            add_index(manager, table, columns).await?;
        }
        count_anew(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in INDEXES {
            drop_index(manager, table, columns).await?;
        }
        for (table, name, _) in COLUMNS {
            drop_column(manager, table, name).await?;
        }
        Ok(())
    }
}

/// Has requests counted anew: what was counted so far lacks totals, or has them where they are not looked for.
pub(crate) async fn count_anew(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let given_up = Query::update()
        .table("report_generation")
        .value("state", "RETIRED")
        .and_where(Expr::col("state").eq("COUNTING"))
        .take();
    let uncounted = Query::update()
        .table("report_generation")
        .value("time_zone", "")
        .and_where(Expr::col("state").eq("CURRENT"))
        .take();
    manager.execute(given_up).await?;
    manager.execute(uncounted).await
}
