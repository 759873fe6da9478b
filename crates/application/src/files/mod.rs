//! Files, whatever they belong to: taking them in, giving them out, and clearing up behind both.
//!
//! The room that owns what a file belongs to keeps its row. The object is stored first and the row second; the row goes
//! first and the object second. So a row never leads to a missing object, and an object without a row is invisible
//! until it is swept.

mod content;
mod receive;
mod sweep;

pub use content::{address, pieces};
pub use receive::{FileForm, Incoming};
pub(crate) use receive::{Received, judge, pass, store};
pub(crate) use sweep::KeptObjects;
pub use sweep::{Swept, remove_discarded, sweep};

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
