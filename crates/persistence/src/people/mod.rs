//! People: persons, staff, promoters.

pub(crate) mod person;
pub(crate) mod promoter;
mod reads;
pub(crate) mod staff;
mod work;
