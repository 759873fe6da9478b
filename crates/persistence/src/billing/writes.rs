//! What units of work need of billing.

use std::collections::HashMap;

use async_trait::async_trait;
use medcert_application::store::{BillingWrites, StoreError};
use medcert_domain::{Entity as _, Id, billing::Settlement};

use super::settlement;
use crate::unit_of_work::SeaUnitOfWork;

/// Settlements as they are stored, by which an update finds the lines that changed.
#[derive(Default)]
struct Loaded(HashMap<Id<Settlement>, Settlement>);

#[async_trait]
impl BillingWrites for SeaUnitOfWork {
    async fn settlement(&mut self, id: Id<Settlement>) -> Result<Option<Settlement>, StoreError> {
        let found = self.attempt(async |db| settlement::get(db, id).await).await?;
        if let Some(found) = found.clone() {
            self.loaded().with(|loaded: &mut Loaded| loaded.0.insert(found.id, found));
        }
        Ok(found)
    }

    async fn update_settlement(&mut self, after: &Settlement) -> Result<(), StoreError> {
        let loaded = self.loaded().with(|loaded: &mut Loaded| loaded.0.remove(&after.id));
        let before = if let Some(before) = loaded.filter(|known| known.version == after.version) {
            before
        } else {
            let stored = self.attempt(async |db| settlement::get(db, after.id).await).await?;
            stored.ok_or(StoreError::Stale(Settlement::KIND))?
        };
        self.attempt(async |db| settlement::update(db, &before, after).await).await?;
        // Whatever is paid through it was loaded with the settlement as it was.
        self.forget_loaded();
        Ok(())
    }
}
