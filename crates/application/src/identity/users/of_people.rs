//! Accounts follow their people.

use async_trait::async_trait;
use medcert_domain::people::Person;

use super::index;
use crate::{
    people::{PeopleFollower, PersonMerge},
    retry::Failed,
    store::{StoreError, UnitOfWork},
};

/// What happens to accounts when something happens to people.
pub(crate) struct AccountsOfPeople;

#[async_trait(?Send)]
impl PeopleFollower for AccountsOfPeople {
    async fn person_changed(&self, uow: &mut dyn UnitOfWork, person: &Person) -> Result<(), StoreError> {
        match uow.user_by_person(person.id).await? {
            Some(user) => index(uow, &user, person).await,
            None => Ok(()),
        }
    }

    async fn person_merged(&self, uow: &mut dyn UnitOfWork, merge: &PersonMerge<'_>) -> Result<(), Failed> {
        Ok(uow.move_account(merge.from.id, merge.into.id, merge.app.now()).await?)
    }
}
