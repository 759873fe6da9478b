//! People: persons, staff, promoters.

pub(crate) mod copies;
mod directory;
pub(crate) mod guardian;
mod moving;
pub(crate) mod person;
pub(crate) mod promoter;
mod reads;
mod source;
pub(crate) mod staff;
mod uses;
mod work;
