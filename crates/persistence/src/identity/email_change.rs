//! The table of new addresses that are not confirmed yet.

use medcert_application::store::StoreError;
use medcert_domain::{Entity as _, Id, identity::EmailChange};

use crate::{
    column::{count, hash, moment, stored},
    mapped::{Mapped, Table},
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "email_change")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub user_id: Uuid,
        pub email: String,
        pub token_id: Uuid,
        pub token_hash: Vec<u8>,
        pub asked_at: DbTimestamp,
        pub expires_at: DbTimestamp,
        pub counted_since: DbTimestamp,
        pub count: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

impl TryFrom<table::Model> for EmailChange {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::new(row.id),
            version: row.version,
            user: Id::new(row.user_id),
            email: row.email,
            token: row.token_id,
            token_hash: hash(Self::KIND, row.token_hash)?,
            asked_at: moment(row.asked_at),
            expires_at: moment(row.expires_at),
            counted_since: moment(row.counted_since),
            count: count(Self::KIND, "count", row.count.into())?,
        })
    }
}

impl Mapped for EmailChange {
    type Table = table::Entity;
    const VERSION: table::Column = table::Column::Version;

    fn row(&self, version: i64) -> table::Model {
        table::Model {
            id: self.id.raw(),
            version,
            user_id: self.user.raw(),
            email: self.email.clone(),
            token_id: self.token,
            token_hash: self.token_hash.to_vec(),
            asked_at: stored(self.asked_at),
            expires_at: stored(self.expires_at),
            counted_since: stored(self.counted_since),
            count: i32::try_from(self.count).unwrap_or(i32::MAX),
        }
    }
}
