//! Everything in a database as it is at one moment.

use medcert_migrations::{Migrator, MigratorTrait as _};
use sea_orm::DatabaseTransaction;

use crate::{
    backup::{
        CopyError,
        rows::{KIND, Rows},
        shape::{Shape, Table},
    },
    error::failed,
    store::SeaStore,
};

/// One reading transaction: whatever others write meanwhile, it does not see.
pub struct Snapshot {
    txn: DatabaseTransaction,
    shape: Shape,
}

impl SeaStore {
    /// Takes a snapshot. Nobody waits for it, and it waits for nobody.
    pub async fn snapshot(&self) -> Result<Snapshot, CopyError> {
        let txn = self.one_moment().await?;
        // This read fixes the moment, and it tells which tables there are at it.
        let applied = Migrator::get_applied_migrations_read_only(&txn).await.map_err(failed(KIND))?;
        let applied: Vec<String> = applied.iter().map(|step| step.name().to_owned()).collect();
        if applied.is_empty() {
            return Err(CopyError::NoTables);
        }
        Ok(Snapshot { txn, shape: Shape::after(&applied).await? })
    }
}

impl Snapshot {
    /// The tables.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The rows of a table.
    pub fn rows<'s>(&'s self, table: &'s Table) -> Rows<'s> {
        Rows::of(&self.txn, table)
    }

    /// Gives it up.
    pub async fn close(self) -> Result<(), CopyError> {
        Ok(self.txn.rollback().await.map_err(failed(KIND))?)
    }
}
