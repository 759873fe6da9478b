//! The operations of certification.

mod actions;
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
        .configure(certificates::routes)
        .configure(public::routes);
}

/// The routes at the root.
pub(crate) fn root(cfg: &mut Registry) {
    cfg.configure(public::root);
}
