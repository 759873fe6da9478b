//! The operations of certification.

mod actions;
mod bulk;
mod certificates;
mod public;
mod requests;
#[cfg(test)]
mod tests;

use crate::registry::Registry;

/// The routes below `/api/v1`.
pub(crate) fn routes(cfg: &mut Registry) {
    cfg.configure(requests::routes)
        .configure(actions::routes)
        .configure(bulk::routes)
        .configure(super::import::routes)
        .configure(certificates::routes)
        .configure(public::routes);
}

/// The routes at the root.
pub(crate) fn root(cfg: &mut Registry) {
    cfg.configure(public::root);
}
