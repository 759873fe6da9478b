//! Catalog: services and the institution.

pub(crate) mod institution;
mod reads;
pub(crate) mod service;
