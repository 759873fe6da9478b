//! Certification: requests, what can be done to them, and certificates.

mod action_request;
mod bodies;
mod certificate_filter;
pub(crate) mod codes;
mod files;
mod filter;
mod import;
mod public_page;
mod routes;
mod views;

pub(crate) use files::FILES;
pub(crate) use filter::{RequestsOrder, RequestsQuery};
pub(crate) use routes::{CERTIFICATES, REQUESTS};
