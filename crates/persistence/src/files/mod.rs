//! Files: a part of their requests, and the objects behind them.

mod discarded;
mod reads;
pub(crate) mod stored_file;
mod writes;
