//! What other rooms do when something happens to what is offered. Each of them implements [`CatalogFollower`] and
//! declares it in its `ROOM`; the catalog knows none of them.

use async_trait::async_trait;
use medcert_domain::{
    Id,
    catalog::{Service, Specialty},
};

use crate::{retry::Failed, store::UnitOfWork};

/// A room that refers to entries of the catalog.
#[async_trait(?Send)]
pub(crate) trait CatalogFollower: Sync {
    /// Refuses that a service is removed which anything of the room is for.
    async fn service_leaving(&self, _: &mut dyn UnitOfWork, _service: Id<Service>) -> Result<(), Failed> {
        Ok(())
    }

    /// Refuses that a specialty is removed which anything of the room has.
    async fn specialty_leaving(
        &self,
        _: &mut dyn UnitOfWork,
        _specialty: Id<Specialty>,
    ) -> Result<(), Failed> {
        Ok(())
    }
}
