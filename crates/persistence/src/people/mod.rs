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
mod uses;
mod writes;
