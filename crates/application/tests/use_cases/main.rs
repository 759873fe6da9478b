//! Use cases on the real persistence: what happens when something fails, and races.
//!
//! Races: 64 callers at once, over 16 connections and four processes' worth of applications, on every database.
//! Exactly one wins; everybody else gets the answer for what they now find; nothing is lost or doubled.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

mod accounts;
mod billing;
mod catalog;
mod directories;
mod failures;
mod files;
mod jobs;
mod race_cases;
mod race_fixture;
mod reports;

use medcert_testkit::on_databases;

on_databases! {
    tokio::test;
    medcert_testkit::plainly;
    every {
        billing { requests_follow, the_last_rest, both_ways_at_once }
        accounts { one_administrator_stays, each_mail_is_sent_once }
        catalog { one_name }
        directories { find_or_make, merge_crosswise, edit_while_merging }
        files { fill_up, take_away }
        race_cases {
            assign_manager,
            assign_doctor,
            pay_with_one_key,
            pay_with_one_reference,
            issue,
            number_requests,
            hand_over,
        }
    }
    leading {
        jobs { work_together, find_together }
        reports { agree_with_the_requests, stay_whole_while_others_write }
    }
}
