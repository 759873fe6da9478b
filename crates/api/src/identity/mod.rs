//! Identity: signing in and out, one's own account, the accounts that the administration looks after.

mod account;
mod sessions;
mod users;

use crate::registry::Registry;

/// The routes below `/api/v1`.
pub(crate) fn routes(cfg: &mut Registry) {
    cfg.configure(sessions::routes).configure(account::routes).configure(users::routes);
}

/// The routes at the root.
pub(crate) fn root(cfg: &mut Registry) {
    sessions::root(cfg);
}
