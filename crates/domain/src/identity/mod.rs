//! Identity: who may sign in, and what they are allowed in principle.

mod password;
mod user;

pub use password::{Password, check_password};
pub use user::{Actor, Grant, Origin, Role, Session, User, UserStatus};
