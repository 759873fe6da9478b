//! Catalog: services, specialties and the institution.

pub(crate) mod institution;
mod reads;
pub(crate) mod service;
mod specialty;
mod writes;

use crate::rooms::Room;

/// What this room brings.
pub(crate) const ROOM: Room =
    Room { searchable: &[service::SEARCHABLE, specialty::SEARCHABLE], ..Room::EMPTY };
