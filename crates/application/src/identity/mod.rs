//! Identity: signing in and out, accounts, who is behind an access token.

mod accounts;
mod sessions;

pub use accounts::{
    Account, FirstUser, change_password, create_user, me, permissions_of, reactivate_user, step_up,
    suspend_user,
};
pub(crate) use sessions::acting;
pub use sessions::{Login, LoginRequest, authenticate, login, logout, refresh};
