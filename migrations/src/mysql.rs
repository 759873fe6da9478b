//! What tells MySQL and MariaDB apart, which are spoken to alike.

use sea_orm_migration::{prelude::*, sea_orm::Statement};

/// Whether it is MariaDB that answers, which only the server itself knows.
pub async fn is_mariadb(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let version = Statement::from_string(db.get_database_backend(), "SELECT VERSION()");
    let row = db.query_one_raw(version).await?;
    let version: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(version.is_some_and(|version| version.to_ascii_lowercase().contains("mariadb")))
}

/// The collation of all texts: binary and NO PAD, so that 'a', 'A' and 'a ' differ, as they do on the other engines.
#[must_use]
pub const fn collation(mariadb: bool) -> &'static str {
    if mariadb { "utf8mb4_nopad_bin" } else { "utf8mb4_0900_bin" }
}
