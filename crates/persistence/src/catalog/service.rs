//! The table of services.

use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, Id,
    catalog::{CertificateKind, Service},
    text,
};

use crate::{
    audited_entity::keys::{KeyType, Searchable, keyed_by},
    column::{count, moment, money, read, stored},
    directory::named,
    mapped::{Mapped, Table},
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "service")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub name: String,
        pub name_folded: Option<String>,
        pub description: Option<String>,
        pub fee_minor: i64,
        pub fee_currency: String,
        pub certificate_kind: String,
        pub validity_days: i64,
        pub active: bool,
        pub created_at: DbTimestamp,
        pub updated_at: DbTimestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

/// Services are found by their names.
pub(crate) const SEARCHABLE: Searchable = Searchable {
    kinds: &[Service::KIND],
    select: || keyed_by::<table::Entity>(table::Column::Name),
    key: KeyType::Text,
};

impl TryFrom<table::Model> for Service {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::new(row.id),
            version: row.version,
            name: row.name,
            description: row.description,
            fee: money(Self::KIND, row.fee_minor, &row.fee_currency)?,
            certificate_kind: read(
                Self::KIND,
                "certificate_kind",
                &row.certificate_kind,
                CertificateKind::parse,
            )?,
            validity_days: count(Self::KIND, "validity_days", row.validity_days)?,
            active: row.active,
            created_at: moment(row.created_at),
            updated_at: moment(row.updated_at),
        })
    }
}

impl Mapped for Service {
    type Table = table::Entity;
    const VERSION: table::Column = table::Column::Version;

    fn row(&self, version: i64) -> table::Model {
        table::Model {
            id: self.id.raw(),
            version,
            name: self.name.clone(),
            name_folded: Some(text::alike(&self.name)),
            description: self.description.clone(),
            fee_minor: self.fee.minor,
            fee_currency: self.fee.currency.code().to_owned(),
            certificate_kind: self.certificate_kind.code().to_owned(),
            validity_days: self.validity_days.into(),
            active: self.active,
            created_at: stored(self.created_at),
            updated_at: stored(self.updated_at),
        }
    }
}

named!(Service);
