//! Identity: accounts, sessions, refresh tokens.

mod reads;
pub(crate) mod refresh;
pub(crate) mod session;
pub(crate) mod user;
mod work;
