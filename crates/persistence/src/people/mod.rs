//! People: persons, staff, promoters.

pub(crate) mod denormalized;
pub(crate) mod guardian;
mod lists;
pub(crate) mod person;
pub(crate) mod promoter;
mod reads;
mod reassign;
mod source;
pub(crate) mod staff;
mod staff_list;
mod uses;
mod writes;

use crate::rooms::Room;

/// What this room brings.
pub(crate) const ROOM: Room =
    Room { searchable: &[person::SEARCHABLE, promoter::SEARCHABLE, staff::SEARCHABLE], ..Room::EMPTY };
