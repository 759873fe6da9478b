//! One contract, held by every engine: each case runs on each of them, in a database of its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod aggregate;
mod audited_entity;
mod backup;
mod billing;
mod bulk;
mod catalog;
mod certificates;
mod files;
mod fixture;
mod identity;
mod jobs;
mod list;
mod mail;
mod people;
mod plans;
mod races;
mod rankings;
mod request_aggregate;
mod schema;
mod searching;
mod units;
mod users;

use medcert_test_databases as database;
use medcert_test_databases::{Database, TestDatabase, on_databases};

/// Runs a case in a database of its own.
async fn run(on: Database, name: &str, case: impl AsyncFnOnce(&TestDatabase)) {
    let database = on.named(name, 16).await;
    case(&database).await;
    database.remove().await;
}

on_databases! {
    tokio::test(flavor = "multi_thread", worker_threads = 2);
    crate::run;
    every {
        people {
            round_trip, duplicates, questions, staff_in_order, promoters_in_order, people_in_order, guardianships, moving,
        }
        bulk { loads, loads_all_or_nothing }
        catalog { round_trip, services_in_order, services_found }
        certificates { filters, parts }
        identity { round_trip, sessions, refresh_tokens }
        jobs { round_trip, lines_in_order, jobs_in_order, due, taking }
        users { in_order, filters, copies, acting, erasure, email_changes, logins }
        mail { queue, fates, forgotten }
        aggregate {
            round_trip, changes, unique_parts, stale, erasure, certificates,
        }
        billing { round_trip, swaps, payables }
        request_aggregate { request_aggregate, history, questions }
        audited_entity { history, search_terms, leases }
        files { known, discarded }
        list { pages, filters, priorities, search_terms, typed, words_and_filters }
        plans { bounded, staff_by_specialty, late_names }
        units { aborted, dropped, locks, exhausted, records, idempotency_keys }
        races { numbers, swaps, claims, refreshes, managers, settlements, deadlocks, readers, mails }
        rankings { clients, activity }
        backup { round_trip, described, at_one_moment, all_or_nothing, states }
        searching { as_a_model, renames, newest_first }
        schema { up_and_down, expanding, at_once, unsuitable }
    }
}
