//! The operations of certification.

mod actions;
mod certificates;
mod public;
mod requests;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes below `/api/v1`.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(requests::routes)
        .configure(actions::routes)
        .configure(certificates::routes)
        .configure(public::routes);
}

/// The routes at the root.
pub(crate) fn root(cfg: &mut ServiceConfig) {
    cfg.configure(public::root);
}
