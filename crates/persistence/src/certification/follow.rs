//! Who follows what is stored of requests.

use medcert_domain::certification::Certification;

use crate::{rooms::ROOMS, unit_of_work::SeaUnitOfWork};

/// What was stored of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RequestChange<'c> {
    /// It was not there before.
    New(&'c Certification),
    /// It was otherwise before.
    Changed { before: &'c Certification, after: &'c Certification },
    /// It was erased; the lines of its ledger stay.
    Erased(&'c Certification),
}

/// What another room does in the same unit of work, told the version that the request has now.
pub(crate) type RequestFollower = fn(&mut SeaUnitOfWork, i64, RequestChange<'_>);

impl SeaUnitOfWork {
    /// Has every room follow.
    pub(super) fn follow(&mut self, version: i64, change: RequestChange<'_>) {
        for follow in ROOMS.iter().flat_map(|room| room.request_followers) {
            follow(self, version, change);
        }
    }
}
