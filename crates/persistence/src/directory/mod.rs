//! What all directories share.

pub(crate) mod changes;
mod reads;
pub(crate) mod words;
mod work;
