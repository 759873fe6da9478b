//! Identity: who may sign in, and what they are allowed in principle.

mod email_change;
mod password;
mod room;
mod user;

pub use email_change::EmailChange;
pub use password::{Password, check_password, generated_password};
pub use room::{MANAGE_USERS, READ_USERS, ROOM, SUSPEND_USERS};
pub use user::{Actor, Grant, Origin, Role, Session, User, UserAction, UserStatus};
