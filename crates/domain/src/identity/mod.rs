//! Identity: who may sign in, and what they are allowed in principle.

mod email_change;
mod password;
mod user;

pub use email_change::EmailChange;
pub use password::{Password, check_password, generated_password};
pub use user::{Actor, Grant, Origin, Role, Session, User, UserAction, UserStatus};
