//! Accounts besides those of the demonstration.

use medcert_application::{
    demo,
    identity::{FirstUser, create_user},
};
use medcert_domain::{
    Locale, UserId,
    policy::{Grant, Role},
};

use crate::{Caller, Clinic};

impl Clinic {
    /// Makes an account with the password of the demonstration; `name` is the beginning of its address.
    pub async fn account(&self, name: &str, roles: &[Role], grants: Vec<Grant>) -> UserId {
        let new = FirstUser {
            email: format!("{name}@accounts.medcert.test"),
            password: demo::PASSWORD.to_owned(),
            given_names: "Test".to_owned(),
            family_names: name.to_owned(),
            roles: roles.iter().copied().collect(),
            grants,
            locale: Locale::En,
            only_first: false,
        };
        create_user(&self.app, new).await.expect("an account can be made")
    }

    /// Makes an account with these roles and signs it in.
    pub async fn somebody(&self, name: &str, roles: &[Role], grants: Vec<Grant>) -> Caller {
        self.account(name, roles, grants).await;
        self.sign_in(&format!("{name}@accounts.medcert.test")).await
    }
}
