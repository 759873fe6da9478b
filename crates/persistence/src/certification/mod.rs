//! Certification: requests with everything that hangs on them.

pub(crate) mod aggregate;
pub(crate) mod assignment;
mod bulk;
pub(crate) mod certificate;
mod certificates;
pub(crate) mod evaluation;
mod follow;
pub(crate) mod history;
pub(crate) mod list;
mod loaded;
pub(crate) mod names;
mod of_people;
pub(crate) mod parts;
mod reads;
pub(crate) mod request;
pub(crate) mod request_aggregate;
pub(crate) mod search_terms;
pub(crate) mod stored_file;
mod trace;
mod writes;

pub(crate) use follow::{RequestChange, RequestFollower};

use crate::rooms::Room;

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    searchable: &[certificate::SEARCHABLE],
    person_references: of_people::PERSON_REFERENCES,
    histories: &[history::naming],
    ..Room::EMPTY
};
