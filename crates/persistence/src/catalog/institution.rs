//! The table of the institution, which has one row.

use medcert_application::store::StoreError;
use medcert_domain::{
    Country, Currency, Entity as _, Id, Locale,
    institution::{Institution, Logo, LogoKind, Rules},
};

use crate::{
    column::{all_or_none, count, moment, read, read_opt, stored},
    mapped::{Mapped, Table},
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "institution")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub name: String,
        pub tax_id: Option<String>,
        pub address: Option<String>,
        pub phone: Option<String>,
        pub country: String,
        pub time_zone: String,
        pub locale: String,
        pub currency: String,
        pub certificate_series: String,
        pub logo_kind: Option<String>,
        pub logo_sha256: Option<String>,
        pub registrar_may_evaluate: bool,
        pub cashier_may_validate: bool,
        pub evaluation_max_age_days: i64,
        pub backdating_days: i64,
        pub age_of_majority: i64,
        pub updated_at: DbTimestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

impl TryFrom<table::Model> for Institution {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let logo_kind = read_opt(Self::KIND, "logo_kind", row.logo_kind.as_deref(), LogoKind::parse)?;
        let logo = all_or_none(Self::KIND, "logo is incomplete", logo_kind, row.logo_sha256)?;
        let days = |column, number| count(Self::KIND, column, number);
        Ok(Self {
            id: Id::new(row.id),
            version: row.version,
            name: row.name,
            tax_id: row.tax_id,
            address: row.address,
            phone: row.phone,
            country: read(Self::KIND, "country", &row.country, Country::parse)?,
            time_zone: read(Self::KIND, "time_zone", &row.time_zone, |name| name.parse().ok())?,
            locale: read(Self::KIND, "locale", &row.locale, Locale::parse)?,
            currency: read(Self::KIND, "currency", &row.currency, Currency::parse)?,
            certificate_series: row.certificate_series,
            logo: logo.map(|(kind, sha256)| Logo { kind, sha256 }),
            rules: Rules {
                registrar_may_evaluate: row.registrar_may_evaluate,
                cashier_may_validate: row.cashier_may_validate,
                evaluation_max_age_days: days("evaluation_max_age_days", row.evaluation_max_age_days)?,
                backdating_days: days("backdating_days", row.backdating_days)?,
                age_of_majority: days("age_of_majority", row.age_of_majority)?,
            },
            updated_at: moment(row.updated_at),
        })
    }
}

impl Mapped for Institution {
    type Table = table::Entity;
    const VERSION: table::Column = table::Column::Version;

    fn row(&self, version: i64) -> table::Model {
        table::Model {
            id: self.id.raw(),
            version,
            name: self.name.clone(),
            tax_id: self.tax_id.clone(),
            address: self.address.clone(),
            phone: self.phone.clone(),
            country: self.country.code().to_owned(),
            time_zone: self.time_zone.name().to_owned(),
            locale: self.locale.code().to_owned(),
            currency: self.currency.code().to_owned(),
            certificate_series: self.certificate_series.clone(),
            logo_kind: self.logo.as_ref().map(|logo| logo.kind.code().to_owned()),
            logo_sha256: self.logo.as_ref().map(|logo| logo.sha256.clone()),
            registrar_may_evaluate: self.rules.registrar_may_evaluate,
            cashier_may_validate: self.rules.cashier_may_validate,
            evaluation_max_age_days: self.rules.evaluation_max_age_days.into(),
            backdating_days: self.rules.backdating_days.into(),
            age_of_majority: self.rules.age_of_majority.into(),
            updated_at: stored(self.updated_at),
        }
    }
}
