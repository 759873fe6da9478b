//! What the room of billing asks of the database.

use async_trait::async_trait;
use medcert_domain::{Id, billing::Settlement};

use super::StoreError;

/// What use cases need of billing.
#[async_trait]
pub trait BillingWrites: Send {
    /// A settlement with its payments and refunds.
    async fn settlement(&mut self, id: Id<Settlement>) -> Result<Option<Settlement>, StoreError>;

    /// Stores a changed settlement with `version + 1`, if the stored version is still `version`; else `Stale`. Locks are
    /// taken in one order: what is paid, its settlement, payments. So what is paid through it is locked before and
    /// follows afterwards, which `billing::settle` sees to; whoever is paid stores its settlement with itself.
    async fn update_settlement(&mut self, settlement: &Settlement) -> Result<(), StoreError>;
}
