//! The table of accounts.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, Id, Locale,
    identity::{User, UserStatus},
    policy::{Grant, Permission, Role},
};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, Query, UpdateStatement},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    audited_entity::keys::{KeyType, Searchable},
    column::{corrupt, moment, read, stored},
    mapped::{Mapped, Table, Written},
    people::{PersonReference, denormalized, person::keyed_by_name, staff, uses::join_to_person},
    query::rows_with,
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[expect(clippy::struct_excessive_bools, reason = "one column a role, which a condition can name")]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "user_account")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub email: String,
        pub person_id: Uuid,
        pub password_hash: String,
        pub must_change_password: bool,
        pub status: String,
        pub locale: String,
        pub is_admin: bool,
        pub is_operator: bool,
        pub is_manager: bool,
        pub is_doctor: bool,
        pub is_auditor: bool,
        pub grants: String,
        pub last_login_at: Option<DbTimestamp>,
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

/// Accounts are found by address and person.
pub(crate) const SEARCHABLE: Searchable = Searchable {
    kinds: &[User::KIND],
    select: || keyed_by_name::<table::Entity>(table::Column::PersonId),
    key: KeyType::Text,
};

/// A grant as JSON.
#[derive(Serialize, Deserialize)]
struct StoredGrant {
    permission: String,
    /// Microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends_at: Option<i64>,
}

/// The status of an account.
pub(crate) fn status(code: &str) -> Result<UserStatus, StoreError> {
    read(User::KIND, "status", code, UserStatus::parse)
}

/// The roles of an account.
pub(crate) fn roles(row: &table::Model) -> BTreeSet<Role> {
    [
        (row.is_admin, Role::Admin),
        (row.is_operator, Role::Operator),
        (row.is_manager, Role::Manager),
        (row.is_doctor, Role::Doctor),
        (row.is_auditor, Role::Auditor),
    ]
    .into_iter()
    .filter_map(|(has, role)| has.then_some(role))
    .collect()
}

fn grants(json: &str) -> Result<Vec<Grant>, StoreError> {
    let unreadable = || corrupt(User::KIND, "grants");
    let stored: Vec<StoredGrant> = serde_json::from_str(json).map_err(|_| unreadable())?;
    stored
        .into_iter()
        .map(|grant| {
            let ends_at = match grant.ends_at {
                None => None,
                Some(micros) => Some(DateTime::<Utc>::from_timestamp_micros(micros).ok_or_else(unreadable)?),
            };
            let permission = Permission::parse(&grant.permission).ok_or_else(unreadable)?;
            Ok(Grant { permission, ends_at })
        })
        .collect()
}

fn grants_json(grants: &[Grant]) -> String {
    let stored = grants.iter().map(|grant| StoredGrant {
        permission: grant.permission.to_string(),
        ends_at: grant.ends_at.map(|at| at.timestamp_micros()),
    });
    serde_json::json!(stored.collect::<Vec<_>>()).to_string()
}

impl TryFrom<table::Model> for User {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::new(row.id),
            version: row.version,
            person: Id::new(row.person_id),
            status: status(&row.status)?,
            locale: read(Self::KIND, "locale", &row.locale, Locale::parse)?,
            roles: roles(&row),
            grants: grants(&row.grants)?,
            email: row.email,
            password_hash: row.password_hash,
            must_change_password: row.must_change_password,
            last_login_at: row.last_login_at.map(moment),
            created_at: moment(row.created_at),
            updated_at: moment(row.updated_at),
        })
    }
}

impl Mapped for User {
    type Table = table::Entity;
    const VERSION: table::Column = table::Column::Version;

    fn row(&self, version: i64) -> table::Model {
        table::Model {
            id: self.id.raw(),
            version,
            email: self.email.clone(),
            person_id: self.person.raw(),
            password_hash: self.password_hash.clone(),
            must_change_password: self.must_change_password,
            status: self.status.code().to_owned(),
            locale: self.locale.code().to_owned(),
            is_admin: self.roles.contains(&Role::Admin),
            is_operator: self.roles.contains(&Role::Operator),
            is_manager: self.roles.contains(&Role::Manager),
            is_doctor: self.roles.contains(&Role::Doctor),
            is_auditor: self.roles.contains(&Role::Auditor),
            grants: grants_json(&self.grants),
            last_login_at: self.last_login_at.map(stored),
            created_at: stored(self.created_at),
            updated_at: stored(self.updated_at),
        }
    }

    async fn follow(&self, db: &impl ConnectionTrait, written: Written) -> Result<(), StoreError> {
        if written == Written::Inserted { denormalized::refresh(db, self.person.raw()).await } else { Ok(()) }
    }
}

/// The column that tells whether the person has a staff record.
pub(super) const HAS_STAFF: &str = "has_staff";

/// Copies what accounts keep of their person.
pub(super) fn copy_person(person: Uuid, name: &str) -> UpdateStatement {
    let record = Query::select()
        .expr(Expr::val(1))
        .from(staff::table::Entity)
        .and_where(Expr::col((staff::table::Entity, staff::table::Column::PersonId)).eq(person))
        .take();
    Query::update()
        .table(table::Entity)
        .value(denormalized::NAME, name)
        .value(HAS_STAFF, Expr::exists(record))
        .and_where(Expr::col(table::Column::PersonId).eq(person))
        .take()
}

/// An account makes its person somebody of the house.
pub(super) const PERSON_REFERENCE: PersonReference = PersonReference {
    name: "accounts",
    rows: |person| rows_with::<table::Entity>(table::Column::PersonId, person),
    joined: Some(|select| {
        join_to_person::<table::Entity>(select, "account", table::Column::PersonId);
    }),
    inside: true,
};
