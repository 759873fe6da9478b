//! Catalog: services, specialties and the institution's profile.

mod followers;
mod institution;
mod logo;
mod services;
mod specialties;

pub(crate) use followers::CatalogFollower;
pub use institution::{change_institution, institution, institution_history};
pub use logo::{LOGO_LIMIT, logo, remove_logo, set_logo};
pub use services::{create_service, services};
pub use specialties::specialties;
