//! The rooms of the application: the one list of them. What a room brings stands in its own module.

use crate::{files, idempotent, jobs, mail, reports, upkeep::Task};

/// What a room brings.
pub(crate) struct Room {
    /// What it does again and again, whoever asks.
    pub(crate) tasks: &'static [Task],
}

/// Every room that brings something.
pub(crate) const ROOMS: &[Room] = &[idempotent::ROOM, mail::ROOM, reports::ROOM, jobs::ROOM, files::ROOM];
