//! Files of requests: uploading, reading and taking away, and clearing up behind all of it.
//!
//! The object is stored first and the row second; the row goes first and the object second. So a row never leads to a
//! missing object, and an object without a row is invisible until it is swept.

mod delete;
mod read;
mod receive;
mod sweep;
mod upload;
mod visible;

pub use delete::{FileAttempt, delete};
pub use read::{address, content, file, list, pieces};
pub use receive::{FileForm, Incoming};
pub use sweep::{Swept, remove_discarded, sweep};
pub use upload::{EncodeFile, UploadAttempt, Uploaded, upload};
pub use visible::VisibleFile;

use crate::{
    rooms::Room,
    upkeep::{HOUR, MINUTE, Task},
};

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    tasks: &[
        Task {
            name: "remove discarded objects",
            every: MINUTE,
            run: |app| Box::pin(async move { remove_discarded(app).await.map(drop) }),
        },
        Task {
            name: "sweep objects",
            every: HOUR,
            run: |app| Box::pin(async move { sweep(app).await.map(drop) }),
        },
    ],
    ..Room::EMPTY
};
