//! The table of jobs.

use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, Id,
    jobs::{Job, JobKind, JobStatus},
};

use crate::{
    column::{count, moment, read, stored},
    mapped::{Mapped, Table},
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "job")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub kind: String,
        pub dry_run: bool,
        pub status: String,
        pub created_by: Uuid,
        pub total: i64,
        pub done: i64,
        pub failed: i64,
        pub tries: i64,
        pub created_at: DbTimestamp,
        pub started_at: Option<DbTimestamp>,
        pub finished_at: Option<DbTimestamp>,
        pub held_by: Option<Uuid>,
        pub due_at: Option<DbTimestamp>,
        pub erase_at: Option<DbTimestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

impl TryFrom<table::Model> for Job {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::new(row.id),
            version: row.version,
            kind: JobKind::stored(row.kind),
            dry_run: row.dry_run,
            status: read(Self::KIND, "status", &row.status, JobStatus::parse)?,
            created_by: Id::new(row.created_by),
            total: count(Self::KIND, "total", row.total)?,
            done: count(Self::KIND, "done", row.done)?,
            failed: count(Self::KIND, "failed", row.failed)?,
            tries: count(Self::KIND, "tries", row.tries)?,
            created_at: moment(row.created_at),
            started_at: row.started_at.map(moment),
            finished_at: row.finished_at.map(moment),
            held_by: row.held_by,
            due_at: row.due_at.map(moment),
            erase_at: row.erase_at.map(moment),
        })
    }
}

impl Mapped for Job {
    type Table = table::Entity;
    const VERSION: table::Column = table::Column::Version;

    fn row(&self, version: i64) -> table::Model {
        table::Model {
            id: self.id.raw(),
            version,
            kind: self.kind.code().to_owned(),
            dry_run: self.dry_run,
            status: self.status.code().to_owned(),
            created_by: self.created_by.raw(),
            total: self.total.into(),
            done: self.done.into(),
            failed: self.failed.into(),
            tries: self.tries.into(),
            created_at: stored(self.created_at),
            started_at: self.started_at.map(stored),
            finished_at: self.finished_at.map(stored),
            held_by: self.held_by,
            due_at: self.due_at.map(stored),
            erase_at: self.erase_at.map(stored),
        }
    }
}
