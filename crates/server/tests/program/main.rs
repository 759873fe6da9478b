//! The program as a person or a script uses it: started as a process, judged by what it says and leaves behind.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

mod backup;
mod cli;
mod compose;
mod monitoring;
mod process;
mod replicas;
// The object store's own tests know best how to serve S3; building the whole testkit for them would be dear.
#[path = "../../../object-store/tests/objects/s3_server.rs"]
mod s3_server;
mod seed;
