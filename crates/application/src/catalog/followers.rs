//! What other rooms do when something happens to what is offered. Each of them implements [`ServiceFollower`] and
//! declares it in its `ROOM`; the catalog knows none of them.

use async_trait::async_trait;
use medcert_domain::{Id, catalog::Service};

use crate::{retry::Failed, store::UnitOfWork};

/// A room that refers to services.
#[async_trait(?Send)]
pub(crate) trait ServiceFollower: Sync {
    /// Refuses that a service is removed which anything of the room is for.
    async fn service_leaving(&self, uow: &mut dyn UnitOfWork, service: Id<Service>) -> Result<(), Failed>;
}
