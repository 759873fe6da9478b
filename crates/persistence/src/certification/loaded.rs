//! Requests as a unit of work found them.

use std::collections::HashMap;

use medcert_domain::{Id, certification::Certification};

use crate::unit_of_work::SeaUnitOfWork;

/// Requests as they are stored, by which an update finds the children that changed.
#[derive(Default)]
struct Loaded(HashMap<Id<Certification>, Certification>);

impl SeaUnitOfWork {
    /// Keeps a request as stored.
    pub(super) fn remember(&mut self, request: Certification) {
        self.loaded().with(|loaded: &mut Loaded| loaded.0.insert(request.id, request));
    }

    /// A request as stored, when it was loaded here.
    pub(super) fn remembered(&mut self, id: Id<Certification>) -> Option<Certification> {
        self.loaded().with(|loaded: &mut Loaded| loaded.0.get(&id).cloned())
    }

    /// Makes the next update look at the database again.
    pub(super) fn forget(&mut self, id: Id<Certification>) {
        self.loaded().with(|loaded: &mut Loaded| loaded.0.remove(&id));
    }
}
