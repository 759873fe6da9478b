//! Messages for the outside world, waiting for delivery.

use medcert_application::store::{OutboxMessage, StoreError};
use sea_orm::ConnectionTrait;

use crate::{
    column::stored,
    mapped::{Table, add},
};

const KIND: &str = "outbox message";

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox_message")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub occurred_at: DbTimestamp,
        pub event: String,
        pub request_id: Uuid,
        pub code: String,
        pub stage: String,
        pub delivered_at: Option<DbTimestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

fn row(message: &OutboxMessage) -> table::Model {
    table::Model {
        id: message.id,
        occurred_at: stored(message.at),
        event: message.event.code().to_owned(),
        request_id: message.request.raw(),
        code: message.code.clone(),
        stage: message.stage.code().to_owned(),
        delivered_at: None,
    }
}

/// Appends messages.
pub(crate) async fn append(db: &impl ConnectionTrait, messages: &[OutboxMessage]) -> Result<(), StoreError> {
    add::<table::Entity>(db, KIND, messages.iter().map(row).collect()).await
}
