//! What reports are added up from: changes as they were made, and totals they are folded into.

mod delta;
mod fold;
mod generation;
mod ranked;
mod reads;
mod recount;
mod total;
mod total_key;
mod writes;

use delta::Figures;

use crate::rooms::Room;

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    participant: Some(|| Box::new(Figures::default())),
    request_followers: &[delta::follow],
    ..Room::EMPTY
};
