//! Jobs: asking for them, following them, stopping them, and the workers that do them.

mod cancel;
mod create;
mod erase;
mod line;
mod read;
mod worker;

pub use cancel::cancel;
pub use create::{MOST_LINES, NewJob, NewLine, create};
pub use erase::erase_old;
pub use line::{LineForm, LineForms};
pub use read::{job, jobs, lines, report};
pub use worker::{JobQueue, keep_working, work};
