//! The table of refresh tokens.

use medcert_application::store::{RefreshToken, StoreError};
use medcert_domain::Id;

use crate::{
    column::{hash, moment, stored},
    mapped::Table,
};

/// Name of the kind in errors.
pub(crate) const KIND: &str = "refresh token";

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refresh_token")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub hash: Vec<u8>,
        pub session_id: Uuid,
        pub parent_id: Option<Uuid>,
        pub created_at: DbTimestamp,
        pub expires_at: DbTimestamp,
        pub used_at: Option<DbTimestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

impl TryFrom<table::Model> for RefreshToken {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            hash: hash(KIND, row.hash)?,
            session: Id::new(row.session_id),
            parent: row.parent_id,
            created_at: moment(row.created_at),
            expires_at: moment(row.expires_at),
            used_at: row.used_at.map(moment),
        })
    }
}

/// The row that holds the token.
pub(crate) fn row(token: &RefreshToken) -> table::Model {
    table::Model {
        id: token.id,
        hash: token.hash.to_vec(),
        session_id: token.session.raw(),
        parent_id: token.parent,
        created_at: stored(token.created_at),
        expires_at: stored(token.expires_at),
        used_at: token.used_at.map(stored),
    }
}
