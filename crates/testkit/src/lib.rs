//! What tests are written with: the real application on a database of its own, a clock to set, and callers.
//!
//! A dev-dependency only. Failing loudly is its business, so unlike the rest of the house it panics.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test that cannot be set up must fail"
)]

mod accounts;
mod actors;
mod backstage;
mod callers;
mod clinic;
mod mailbox;
mod time;

pub use actors::Actors;
pub use callers::{Answered, Caller};
pub use clinic::{Clinic, Replicas, actor_of, memory};
pub use mailbox::Mailbox;
pub use medcert_test_databases::{Database, TestDatabase, on_databases, plainly};
pub use time::{TestClock, TestIds};
