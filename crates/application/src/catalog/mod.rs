//! Catalog: services and the institution's profile.

mod followers;
mod import;
mod institution;
mod logo;
mod services;

pub(crate) use followers::ServiceFollower;
pub use import::ServiceImport;
pub use institution::{change_institution, institution, institution_history};
pub use logo::{LOGO_LIMIT, logo, remove_logo, set_logo};
pub use services::{change_service, create_service, delete_service, service, service_history, services};
