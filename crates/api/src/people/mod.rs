//! People: staff and promoters.

mod promoters;
mod staff;

use crate::registry::Registry;

/// The routes below `/api/v1`.
pub(crate) fn routes(cfg: &mut Registry) {
    cfg.configure(staff::routes).configure(promoters::routes);
}
