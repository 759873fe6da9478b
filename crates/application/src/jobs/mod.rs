//! Jobs: asking for them, following them, stopping them, and the workers that do them.

mod cancel;
mod create;
mod erase;
mod import;
mod read;
mod worker;

pub use cancel::cancel;
pub use create::{MOST_LINES, NewJob, NewLine, create};
pub use erase::erase_old;
pub use import::{ImportKind, ImportedLine, Imports, Line, LineReader};
pub use read::{job, jobs, lines, report};
pub use worker::{JobQueue, keep_working, work};

use crate::{
    rooms::Room,
    upkeep::{HOUR, Task},
};

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    tasks: &[Task {
        name: "erase lines of jobs",
        every: HOUR,
        run: |app| Box::pin(async move { erase_old(app).await.map(drop) }),
    }],
    ..Room::EMPTY
};
