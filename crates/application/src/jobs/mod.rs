//! Jobs: asking for them, following them, stopping them, and the workers that do them.

mod ask;
mod cancel;
mod erase;
mod line;
mod read;
mod worker;

pub use ask::{MOST_LINES, NewJob, NewLine, ask};
pub use cancel::cancel;
pub use erase::erase_old;
pub use line::{LineForm, LineForms};
pub use read::{job, jobs, lines, report};
pub use worker::{Desk, keep_working, work};
