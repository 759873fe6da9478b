//! The table of payments.

use medcert_application::store::StoreError;
use medcert_domain::{
    Id,
    billing::{Channel, Payment, Voided},
};
use uuid::Uuid;

use super::settlement;
use crate::{
    children::{Child, select},
    column::{all_or_none, corrupt, moment, money, read, stored},
    mapped::Table,
    query::ById,
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub settlement_id: Uuid,
        pub position: i32,
        pub channel: String,
        pub paid_on: Date,
        pub amount_minor: i64,
        pub currency: String,
        pub reference: Option<String>,
        pub reference_key: Option<String>,
        pub comment: Option<String>,
        pub registered_by: Uuid,
        pub registered_at: DbTimestamp,
        pub validated_by: Option<Uuid>,
        pub validated_at: Option<DbTimestamp>,
        pub voided_by: Option<Uuid>,
        pub voided_at: Option<DbTimestamp>,
        pub voided_reason: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

impl TryFrom<table::Model> for Payment {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let validated =
            all_or_none(Self::KIND, "validation is incomplete", row.validated_by, row.validated_at)?;
        let voided = match (row.voided_by, row.voided_at, row.voided_reason) {
            (None, None, None) => None,
            (Some(by), Some(at), Some(reason)) => Some(Voided { by: Id::new(by), at: moment(at), reason }),
            _ => return Err(corrupt(Self::KIND, "void is incomplete")),
        };
        Ok(Self {
            id: Id::new(row.id),
            channel: read(Self::KIND, "channel", &row.channel, Channel::parse)?,
            paid_on: row.paid_on,
            money: money(Self::KIND, row.amount_minor, &row.currency)?,
            reference: row.reference,
            comment: row.comment,
            registered_by: Id::new(row.registered_by),
            registered_at: moment(row.registered_at),
            validated: validated.map(|(by, at)| (Id::new(by), moment(at))),
            voided,
        })
    }
}

impl Child for Payment {
    type Table = table::Entity;
    type Parent = settlement::table::Entity;
    const KIND: &'static str = Self::KIND;
    const PARENT: table::Column = table::Column::SettlementId;
    const ORDER: table::Column = table::Column::Position;

    fn of_parent() -> &'static ById {
        static CHILDREN: ById = ById::new(select::<Payment>);
        &CHILDREN
    }

    fn raw_id(&self) -> Uuid {
        self.id.raw()
    }

    fn row(&self, settlement: Uuid, position: i32) -> table::Model {
        table::Model {
            id: self.id.raw(),
            settlement_id: settlement,
            position,
            channel: self.channel.code().to_owned(),
            paid_on: self.paid_on,
            amount_minor: self.money.minor,
            currency: self.money.currency.code().to_owned(),
            reference: self.reference.clone(),
            reference_key: self.unique_key(),
            comment: self.comment.clone(),
            registered_by: self.registered_by.raw(),
            registered_at: stored(self.registered_at),
            validated_by: self.validated.map(|(by, _)| by.raw()),
            validated_at: self.validated.map(|(_, at)| stored(at)),
            voided_by: self.voided.as_ref().map(|v| v.by.raw()),
            voided_at: self.voided.as_ref().map(|v| stored(v.at)),
            voided_reason: self.voided.as_ref().map(|v| v.reason.clone()),
        }
    }
}
