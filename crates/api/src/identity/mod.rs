//! Identity: signing in and out, one's own account, the accounts that the administration looks after.

mod account;
pub(crate) mod codes;
mod sessions;
mod users;

use crate::{registry::Registry, rooms::Room};

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    tags: &[("auth", "Signing in and out, one's own account"), ("users", "Accounts of others")],
    access: &[sessions::ACCESS, account::ACCESS, users::ACCESS],
    root: sessions::root,
    routes,
    ..Room::EMPTY
};

fn routes(cfg: &mut Registry) {
    cfg.configure(sessions::routes).configure(account::routes).configure(users::routes);
}
