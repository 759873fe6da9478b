//! Identity: signing in and out, accounts, who is behind an access token.

mod accounts;
mod profile;
mod sessions;
pub mod users;

pub use accounts::{Account, FirstUser, change_password, create_user, me, permissions_of, step_up};
pub use profile::{ProfileEdit, confirm_email, edit_me};
pub(crate) use sessions::acting;
pub use sessions::{
    Login, LoginRequest, SignedIn, authenticate, end_session, login, logout, open_sessions, refresh,
};

use crate::rooms::Room;

/// What this room brings.
pub(crate) const ROOM: Room = Room { people_followers: &[&users::AccountsOfPeople], ..Room::EMPTY };
