//! The rooms of the application: the one list of them. What a room brings stands in its own module.

use crate::{billing::Payable, certification, files, idempotent, jobs, mail, reports, upkeep::Task};

/// What a room brings.
pub(crate) struct Room {
    /// What it does again and again, whoever asks.
    pub(crate) tasks: &'static [Task],
    /// What of it is paid through settlements.
    pub(crate) payables: &'static [&'static dyn Payable],
}

impl Room {
    /// One that brings nothing: a room names only what it has.
    pub(crate) const EMPTY: Self = Self { tasks: &[], payables: &[] };
}

/// Every room that brings something.
pub(crate) const ROOMS: &[Room] =
    &[certification::ROOM, idempotent::ROOM, mail::ROOM, reports::ROOM, jobs::ROOM, files::ROOM];
