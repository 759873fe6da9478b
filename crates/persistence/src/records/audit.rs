//! The audit trail. Append-only: nothing here updates or deletes.

use medcert_application::store::{AuditEvent, StoreError};
use medcert_domain::Id;
use sea_orm::ConnectionTrait;

use crate::{
    column::stored,
    mapped::{Table, add},
};

const KIND: &str = "audit event";

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_event")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub occurred_at: DbTimestamp,
        pub actor_id: Option<Uuid>,
        pub roles: String,
        pub action: String,
        pub object_kind: Option<String>,
        pub object_id: Option<Uuid>,
        pub patient_id: Option<Uuid>,
        pub outcome: String,
        pub address: Option<String>,
        pub agent: Option<String>,
        pub request_id: String,
        pub reason: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

fn row(event: &AuditEvent) -> table::Model {
    table::Model {
        id: event.id,
        occurred_at: stored(event.at),
        actor_id: event.actor.map(Id::raw),
        roles: event.roles.clone(),
        action: event.action.clone(),
        object_kind: event.object_kind.map(ToOwned::to_owned),
        object_id: event.object_id,
        patient_id: event.patient.map(Id::raw),
        outcome: event.outcome.to_owned(),
        address: event.address.clone(),
        agent: event.agent.clone(),
        request_id: event.request_id.clone(),
        reason: event.reason.clone(),
    }
}

/// Appends events.
pub(crate) async fn append(db: &impl ConnectionTrait, events: &[AuditEvent]) -> Result<(), StoreError> {
    add::<table::Entity>(db, KIND, events.iter().map(row).collect()).await
}
