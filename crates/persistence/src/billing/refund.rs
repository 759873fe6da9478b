//! The table of refunds.

use medcert_application::store::StoreError;
use medcert_domain::{
    Id,
    billing::{Channel, Refund},
};
use uuid::Uuid;

use super::settlement;
use crate::{
    children::{Child, select},
    column::{moment, money, read, stored},
    mapped::Table,
    query::ById,
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refund")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub settlement_id: Uuid,
        pub position: i32,
        pub payment_id: Uuid,
        pub channel: String,
        pub paid_on: Date,
        pub amount_minor: i64,
        pub currency: String,
        pub reference: Option<String>,
        pub reason: String,
        pub made_by: Uuid,
        pub made_at: DbTimestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

impl TryFrom<table::Model> for Refund {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::new(row.id),
            payment: Id::new(row.payment_id),
            channel: read(Self::KIND, "channel", &row.channel, Channel::parse)?,
            paid_on: row.paid_on,
            money: money(Self::KIND, row.amount_minor, &row.currency)?,
            reference: row.reference,
            reason: row.reason,
            by: Id::new(row.made_by),
            at: moment(row.made_at),
        })
    }
}

impl Child for Refund {
    type Table = table::Entity;
    type Parent = settlement::table::Entity;
    const KIND: &'static str = "refund";
    const PARENT: table::Column = table::Column::SettlementId;
    const ORDER: table::Column = table::Column::Position;

    fn of_parent() -> &'static ById {
        static CHILDREN: ById = ById::new(select::<Refund>);
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
            payment_id: self.payment.raw(),
            channel: self.channel.code().to_owned(),
            paid_on: self.paid_on,
            amount_minor: self.money.minor,
            currency: self.money.currency.code().to_owned(),
            reference: self.reference.clone(),
            reason: self.reason.clone(),
            made_by: self.by.raw(),
            made_at: stored(self.at),
        }
    }
}
