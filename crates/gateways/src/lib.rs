//! The outside world: mail. The ports are the application's; what they are spoken with stays here.

mod folder;
mod letters;
mod smtp;

pub use folder::FolderMailer;
pub use smtp::{SmtpError, SmtpMailer};
