//! The rooms of the API: the one list of them. What a room brings stands in its own module.

use medcert_application::jobs::{ImportKind, Imports};

use crate::{
    access::Rule, catalog, certification, identity, imports::refusal, jobs, openapi, operations, people,
    policy, registry::Registry, reports,
};

/// What a room brings.
pub(crate) struct Room {
    /// The tags of its operations, each with what the document says of it.
    pub(crate) tags: &'static [(&'static str, &'static str)],
    /// Who may call its operations: a table for each part of the room.
    pub(crate) access: &'static [&'static [Rule]],
    /// What it makes of files.
    pub(crate) imports: &'static [&'static dyn ImportKind],
    /// Adds its handlers at the root.
    pub(crate) root: fn(&mut Registry),
    /// Adds its handlers below `/api/v1`.
    pub(crate) routes: fn(&mut Registry),
    /// Adds those of them that come before all others: their address is a word where another room has an identifier.
    pub(crate) early_routes: fn(&mut Registry),
}

impl Room {
    /// One that brings nothing: a room names only what it has.
    pub(crate) const EMPTY: Self =
        Self { tags: &[], access: &[], imports: &[], root: |_| (), routes: |_| (), early_routes: |_| () };
}

/// Every room, in the order of the document.
pub(crate) const ROOMS: &[Room] = &[
    identity::ROOM,
    certification::REQUESTS,
    certification::FILES,
    certification::CERTIFICATES,
    people::ROOM,
    catalog::ROOM,
    jobs::ROOM,
    policy::ROOM,
    reports::ROOM,
    operations::ROOM,
    openapi::ROOM,
];

/// Adds all documented handlers.
pub(crate) fn routes(cfg: &mut Registry) {
    for room in ROOMS {
        cfg.configure(room.root);
    }
    cfg.scope("/api/v1", |cfg| {
        for room in ROOMS {
            cfg.configure(room.early_routes);
        }
        for room in ROOMS {
            cfg.configure(room.routes);
        }
    });
}

/// The imports of all rooms, for the workers.
pub fn imports() -> Imports {
    Imports { kinds: ROOMS.iter().flat_map(|room| room.imports).copied().collect(), refusal }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use medcert_domain::jobs::JobKind;

    use super::*;

    #[test]
    fn every_kind_of_job_is_done_by_one_import() {
        let imports = imports();
        let done: BTreeSet<JobKind> = imports.kinds.iter().map(|import| import.kind()).collect();
        assert_eq!(done, JobKind::all().cloned().collect());
        assert_eq!(done.len(), imports.kinds.len());
        assert_eq!(done.len(), JobKind::all().count());
    }
}
