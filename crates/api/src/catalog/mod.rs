//! Catalog: services, specialties and the institution.

pub(crate) mod codes;
mod import;
mod institution;
mod logo;
mod services;
mod specialties;

use crate::{registry::Registry, rooms::Room};

pub(crate) use institution::{LOGO, LogoView};
pub(crate) use services::ServiceView;

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    tags: &[("catalog", "Services, specialties and the institution")],
    access: &[services::ACCESS, import::ACCESS, specialties::ACCESS, institution::ACCESS, logo::ACCESS],
    imports: &[import::IMPORT, specialties::IMPORT],
    routes,
    ..Room::EMPTY
};

fn routes(cfg: &mut Registry) {
    cfg.configure(services::routes)
        .configure(import::routes)
        .configure(specialties::routes)
        .configure(institution::routes)
        .configure(logo::routes);
}
