//! Catalog: services and the institution.

mod import;
mod institution;
mod logo;
mod services;

use crate::registry::Registry;

pub(crate) use institution::{LOGO, LogoView};
pub(crate) use services::{NewServiceBody, ServiceView};

/// The routes below `/api/v1`.
pub(crate) fn routes(cfg: &mut Registry) {
    cfg.configure(services::routes)
        .configure(import::routes)
        .configure(institution::routes)
        .configure(logo::routes);
}
