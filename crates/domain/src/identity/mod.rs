//! Identity: who may sign in.

mod email_change;
mod password;
mod room;
mod user;

pub use email_change::EmailChange;
pub use password::{Password, check_password, generated_password};
pub use room::{MANAGE_USERS, READ_USERS, ROOM, SUSPEND_USERS};
pub use user::{Session, User, UserAction, UserStatus};
