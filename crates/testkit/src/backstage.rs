//! What tests arrange and look up behind the API: staff, settings, rows.

use std::collections::BTreeSet;

use medcert_application::{demo, store::UnitOfWork};
use medcert_domain::{
    Entity, Id, Locale,
    catalog::Service,
    identity::{User, UserStatus},
    institution::Institution,
    people::{Person, Staff, StaffRole},
    policy::Role,
};
use sea_orm::{ConnectionTrait as _, Database as SeaDatabase, DbBackend, Statement};
use uuid::Uuid;

use crate::{Clinic, Replicas};

/// Changes a thing of the store and lets the caches forget what they knew of it.
macro_rules! change {
    ($(#[$doc:meta])* $name:ident, $kind:ty) => {
        $(#[$doc])*
        pub async fn $name(&self, id: Id<<$kind as Entity>::Key>, change: impl FnOnce(&mut $kind)) {
            let mut uow = self.begin().await;
            let found: Option<$kind> = uow.get(id).await.expect("the store answers");
            let mut found = found.expect("it is there");
            change(&mut found);
            uow.update(&found).await.expect("it can be changed");
            uow.commit().await.expect("it can be kept");
            self.forget();
        }
    };
}

impl Clinic {
    async fn begin(&self) -> Box<dyn UnitOfWork> {
        self.app.parts.store.begin().await.expect("a unit of work")
    }

    /// Lets what is cached of profile and logins grow too old.
    fn forget(&self) {
        self.clock.advance(chrono::Duration::seconds(3));
    }

    change! {
        /// Changes a staff record.
        change_staff, Staff
    }
    change! {
        /// Changes a person.
        change_person, Person
    }
    change! {
        /// Changes a service.
        change_service, Service
    }

    /// Changes the institution's profile.
    pub async fn change_institution(&self, change: impl FnOnce(&mut Institution)) {
        let found = self.app.parts.store.institution().await.expect("the store answers");
        let mut found = found.expect("a profile");
        change(&mut found);
        let mut uow = self.begin().await;
        uow.update(&found).await.expect("it can be changed");
        uow.commit().await.expect("it can be kept");
        self.forget();
    }

    /// Changes the account with this address.
    pub async fn change_user(&self, email: &str, change: impl FnOnce(&mut User)) {
        let found = self.app.parts.store.account_by_email(email).await.expect("the store answers");
        let mut user = found.expect("an account").user;
        change(&mut user);
        let mut uow = self.begin().await;
        uow.update(&user).await.expect("it can be changed");
        uow.commit().await.expect("it can be kept");
        self.forget();
    }

    /// Another account with the password of the demonstration, and a staff record when it has one of those roles:
    /// the staff record, or else the person.
    pub async fn hire(&self, email: &str, names: (&str, &str), role: Role) -> Uuid {
        let parts = &self.app.parts;
        let now = self.app.now();
        let password_hash = parts.passwords.hash(demo::PASSWORD).await.expect("a hash");
        let person = Person {
            email: Some(email.to_owned()),
            ..Person::named(Id::new(parts.ids.uuid()), names.0, names.1, now)
        };
        let staff_role = StaffRole::ALL.iter().copied().find(|staff| staff.user_role() == role);
        let staff = staff_role.map(|staff_role| Staff {
            licence_number: (role == Role::Doctor).then(|| "CMP 099001".to_owned()),
            ..Staff::employed(Id::new(parts.ids.uuid()), person.id, BTreeSet::from([staff_role]), now)
        });
        let user = User {
            id: Id::new(parts.ids.uuid()),
            version: 0,
            email: email.to_owned(),
            person: person.id,
            password_hash,
            must_change_password: false,
            status: UserStatus::Active,
            locale: Locale::En,
            roles: BTreeSet::from([role]),
            grants: vec![],
            last_login_at: None,
            created_at: now,
            updated_at: now,
        };
        let mut uow = self.begin().await;
        uow.insert(&person).await.expect("a new person");
        if let Some(staff) = &staff {
            uow.insert(staff).await.expect("a new staff record");
        }
        uow.insert(&user).await.expect("a new account");
        uow.commit().await.expect("it can be kept");
        staff.map_or(person.id.raw(), |staff| staff.id.raw())
    }

    /// The numbers in the first column of a query's rows.
    pub async fn numbers(&self, query: &str) -> Vec<i64> {
        let rows = rows(self.database_url(), query).await;
        rows.iter().map(|row| row.try_get_by_index(0).expect("a number")).collect()
    }

    /// The texts in the first column of a query's rows; NULL is empty.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        texts(self.database_url(), query).await
    }

    /// Everything that reads, denials and logins have left in the audit trail is written down now.
    pub async fn settle_audit(&self) {
        self.app.trail.drain().await;
    }
}

impl Replicas {
    /// The texts in the first column of a query's rows; NULL is empty.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        texts(self.database_url(), query).await
    }
}

async fn texts(url: &str, query: &str) -> Vec<String> {
    let rows = rows(url, query).await;
    let text = |row: &sea_orm::QueryResult| row.try_get_by_index::<Option<String>>(0).expect("a text");
    rows.iter().map(|row| text(row).unwrap_or_default()).collect()
}

async fn rows(url: &str, query: &str) -> Vec<sea_orm::QueryResult> {
    // A connection of its own, so that looking takes none away from who is looked at.
    let connection = SeaDatabase::connect(url).await.expect("the database answers");
    let backend: DbBackend = connection.get_database_backend();
    let rows = connection.query_all_raw(Statement::from_string(backend, query)).await;
    connection.close().await.expect("the connection closes");
    rows.expect("the query is understood")
}
