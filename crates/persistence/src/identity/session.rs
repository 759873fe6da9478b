//! The table of login sessions.

use medcert_application::store::StoreError;
use medcert_domain::{Id, identity::Session};

use crate::{
    column::{moment, stored},
    mapped::{Mapped, Table},
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "login_session")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub user_id: Uuid,
        pub created_at: DbTimestamp,
        pub expires_at: DbTimestamp,
        pub ended_at: Option<DbTimestamp>,
        pub stepped_up_until: Option<DbTimestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

impl TryFrom<table::Model> for Session {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::new(row.id),
            version: row.version,
            user: Id::new(row.user_id),
            created_at: moment(row.created_at),
            expires_at: moment(row.expires_at),
            ended_at: row.ended_at.map(moment),
            stepped_up_until: row.stepped_up_until.map(moment),
        })
    }
}

impl Mapped for Session {
    type Table = table::Entity;
    const VERSION: table::Column = table::Column::Version;

    fn row(&self, version: i64) -> table::Model {
        table::Model {
            id: self.id.raw(),
            version,
            user_id: self.user.raw(),
            created_at: stored(self.created_at),
            expires_at: stored(self.expires_at),
            ended_at: self.ended_at.map(stored),
            stepped_up_until: self.stepped_up_until.map(stored),
        }
    }
}
