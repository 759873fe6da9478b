//! Catalog: services and the institution's profile.

mod institution;
mod logo;
mod services;

pub use institution::{change_institution, institution, institution_history};
pub use logo::{LOGO_LIMIT, logo, remove_logo, set_logo};
pub use services::{create_service, services};
