//! What all directories share.

mod changes;
mod reads;
pub(crate) mod words;
mod work;
