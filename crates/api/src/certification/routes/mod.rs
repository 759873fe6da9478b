//! The operations of certification.

mod actions;
mod bulk;
mod certificates;
mod hand_over;
mod public;
mod requests;
#[cfg(test)]
mod tests;

use super::import;
use crate::{registry::Registry, rooms::Room};

/// What requests bring.
pub(crate) const REQUESTS: Room = Room {
    tags: &[("certification", "Certification requests: from registration to the certificate")],
    access: &[requests::ACCESS, actions::ACCESS, bulk::ACCESS, hand_over::ACCESS, import::ACCESS],
    imports: &[import::IMPORT],
    routes: request_routes,
    ..Room::EMPTY
};

/// What certificates bring.
pub(crate) const CERTIFICATES: Room = Room {
    tags: &[("certificates", "Issued certificates"), ("verification", "Checking a certificate, for anybody")],
    access: &[certificates::ACCESS, public::ACCESS],
    root: public::root,
    routes: certificate_routes,
    ..Room::EMPTY
};

fn request_routes(cfg: &mut Registry) {
    cfg.configure(requests::routes)
        .configure(actions::routes)
        .configure(bulk::routes)
        .configure(hand_over::routes)
        .configure(import::routes);
}

fn certificate_routes(cfg: &mut Registry) {
    cfg.configure(certificates::routes).configure(public::routes);
}
