//! The table of promoters.

use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, Id,
    people::{Promoter, PromoterIdentity, PromoterType},
};

use crate::{
    audited_entity::keys::{KeyType, Searchable, keyed_by},
    column::{all_or_none, corrupt, moment, money, read, stored},
    mapped::{Mapped, Table},
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "promoter")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub promoter_type: String,
        pub person_id: Option<Uuid>,
        pub legal_name: Option<String>,
        pub own_name: Option<String>,
        pub name: String,
        pub name_folded: String,
        pub tax_id: Option<String>,
        pub email: Option<String>,
        pub phone: Option<String>,
        pub source_id: Option<Uuid>,
        pub fee_minor: Option<i64>,
        pub fee_currency: Option<String>,
        pub comment: Option<String>,
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

/// Promoters are found by their names.
pub(crate) const SEARCHABLE: Searchable = Searchable {
    kinds: &[Promoter::KIND],
    select: || keyed_by::<table::Entity>(table::Column::Name),
    key: KeyType::Text,
};

/// The form of a name that does not tell upper from lower case.
pub(crate) fn folded(name: &str) -> String {
    name.to_lowercase()
}

impl TryFrom<table::Model> for Promoter {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let kind = read(Self::KIND, "promoter_type", &row.promoter_type, PromoterType::parse)?;
        let identity = match (kind, row.person_id, row.legal_name, row.own_name) {
            (PromoterType::Person, Some(person), None, None) => PromoterIdentity::Person(Id::new(person)),
            (PromoterType::Company, None, Some(legal_name), None) => PromoterIdentity::Company { legal_name },
            (PromoterType::Other, None, None, Some(name)) => PromoterIdentity::Other { name },
            _ => return Err(corrupt(Self::KIND, "identity does not fit the type")),
        };
        let fee = all_or_none(Self::KIND, "fee is incomplete", row.fee_minor, row.fee_currency)?;
        let fee = fee.map(|(minor, currency)| money(Self::KIND, minor, &currency)).transpose()?;
        Ok(Self {
            id: Id::new(row.id),
            version: row.version,
            identity,
            name: row.name,
            tax_id: row.tax_id,
            email: row.email,
            phone: row.phone,
            source: row.source_id.map(Id::new),
            fee,
            comment: row.comment,
            created_at: moment(row.created_at),
            updated_at: moment(row.updated_at),
        })
    }
}

impl Mapped for Promoter {
    type Table = table::Entity;
    const VERSION: table::Column = table::Column::Version;

    fn row(&self, version: i64) -> table::Model {
        let (person_id, legal_name, own_name) = match &self.identity {
            PromoterIdentity::Person(person) => (Some(person.raw()), None, None),
            PromoterIdentity::Company { legal_name } => (None, Some(legal_name.clone()), None),
            PromoterIdentity::Other { name } => (None, None, Some(name.clone())),
        };
        table::Model {
            id: self.id.raw(),
            version,
            promoter_type: self.kind().code().to_owned(),
            person_id,
            legal_name,
            own_name,
            name: self.name.clone(),
            name_folded: folded(&self.name),
            tax_id: self.tax_id.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            source_id: self.source.map(Id::raw),
            fee_minor: self.fee.map(|fee| fee.minor),
            fee_currency: self.fee.map(|fee| fee.currency.code().to_owned()),
            comment: self.comment.clone(),
            created_at: stored(self.created_at),
            updated_at: stored(self.updated_at),
        }
    }
}
