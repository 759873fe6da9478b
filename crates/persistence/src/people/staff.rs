//! The table of staff.

use std::collections::BTreeSet;

use medcert_application::store::{SPECIALTY, StoreError};
use medcert_domain::{
    Entity as _, Id,
    people::{Staff, StaffKind, StaffRole, StaffStatus},
};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, Query, UpdateStatement},
};
use uuid::Uuid;

use crate::{
    audited_entity::keys::{KeyType, Searchable},
    column::{all_or_none, moment, money, read, stored},
    mapped::{Mapped, Table, Written},
    people::{denormalized, person::keyed_by_name},
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "staff")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub person_id: Uuid,
        pub status: String,
        pub is_operator: bool,
        pub is_manager: bool,
        pub is_doctor: bool,
        pub licence_number: Option<String>,
        pub licence_valid_until: Option<Date>,
        pub specialty: Option<String>,
        pub specialty_id: Option<Uuid>,
        pub kind: String,
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

/// Staff is found by what its persons are found by, and by specialty.
pub(crate) const SEARCHABLE: Searchable = Searchable {
    kinds: &[Staff::KIND, SPECIALTY],
    select: || keyed_by_name::<table::Entity>(table::Column::PersonId),
    key: KeyType::Text,
};

impl TryFrom<table::Model> for Staff {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let roles: BTreeSet<StaffRole> = [
            (row.is_operator, StaffRole::Operator),
            (row.is_manager, StaffRole::Manager),
            (row.is_doctor, StaffRole::Doctor),
        ]
        .into_iter()
        .filter_map(|(has, role)| has.then_some(role))
        .collect();
        Ok(Self {
            id: Id::new(row.id),
            version: row.version,
            person: Id::new(row.person_id),
            kind: read(Self::KIND, "kind", &row.kind, StaffKind::parse)?,
            status: read(Self::KIND, "status", &row.status, StaffStatus::parse)?,
            roles,
            licence_number: row.licence_number,
            licence_valid_until: row.licence_valid_until,
            specialty: row.specialty,
            specialty_id: row.specialty_id.map(Id::new),
            fee: all_or_none(Self::KIND, "fee is incomplete", row.fee_minor, row.fee_currency)?
                .map(|(minor, currency)| money(Self::KIND, minor, &currency))
                .transpose()?,
            comment: row.comment,
            created_at: moment(row.created_at),
            updated_at: moment(row.updated_at),
        })
    }
}

impl Mapped for Staff {
    type Table = table::Entity;
    const VERSION: table::Column = table::Column::Version;

    fn row(&self, version: i64) -> table::Model {
        table::Model {
            id: self.id.raw(),
            version,
            person_id: self.person.raw(),
            status: self.status.code().to_owned(),
            is_operator: self.roles.contains(&StaffRole::Operator),
            is_manager: self.roles.contains(&StaffRole::Manager),
            is_doctor: self.roles.contains(&StaffRole::Doctor),
            licence_number: self.licence_number.clone(),
            licence_valid_until: self.licence_valid_until,
            specialty: self.specialty.clone(),
            specialty_id: self.specialty_id.map(Id::raw),
            kind: self.kind.code().to_owned(),
            fee_minor: self.fee.map(|fee| fee.minor),
            fee_currency: self.fee.map(|fee| fee.currency.code().to_owned()),
            comment: self.comment.clone(),
            created_at: stored(self.created_at),
            updated_at: stored(self.updated_at),
        }
    }

    async fn follow(&self, db: &impl ConnectionTrait, written: Written) -> Result<(), StoreError> {
        if written == Written::Updated { Ok(()) } else { denormalized::refresh(db, self.person.raw()).await }
    }
}

/// Copies what staff records keep of their person.
pub(super) fn copy_person(person: Uuid, name: &str) -> UpdateStatement {
    Query::update()
        .table(table::Entity)
        .value(denormalized::NAME, name)
        .and_where(Expr::col(table::Column::PersonId).eq(person))
        .take()
}
