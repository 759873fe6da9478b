//! The contract, over real HTTP against the whole application on a database of its own.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail"
)]

mod bulk;
mod certificates;
mod certification;
mod conditional;
mod contract;
mod coverage;
mod files;
mod fuzz;
mod idempotency;
mod identity;
mod imports;
mod institution;
mod jobs;
mod lists;
mod messages;
mod order;
mod people;
mod rate_limit;
mod reports;
mod routing;
// The object store's own tests know best how to serve S3.
#[path = "../../../object-store/tests/objects/s3_server.rs"]
mod s3_server;
mod services;
mod specialties;
mod staff;
