//! What all directories share.

pub(crate) mod changes;
pub(crate) mod keys;
mod reads;
pub(crate) mod search;
pub(crate) mod search_terms;
mod writes;
