//! The rooms of the domain: the one list of them. What a room declares stands in its own module.

use crate::{
    catalog, certification, identity,
    jobs::{self, JobKind},
    people,
    policy::{self, DeclaredAction, Permission},
    reports,
};

/// What a room declares.
#[derive(Debug)]
pub struct Room {
    /// What can be done to its things, depending on their state.
    pub actions: fn() -> Vec<&'static dyn DeclaredAction>,
    /// What may be permitted in it, besides actions.
    pub permissions: &'static [Permission],
    /// The kinds of jobs that it does.
    pub jobs: &'static [JobKind],
}

impl Room {
    /// One that declares nothing: a room names only what it has.
    pub const EMPTY: Self = Self { actions: Vec::new, permissions: &[], jobs: &[] };
}

/// Every room that declares something.
pub const ROOMS: &[Room] = &[
    certification::ROOM,
    catalog::ROOM,
    people::ROOM,
    jobs::ROOM,
    identity::ROOM,
    policy::ROOM,
    reports::ROOM,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_declared_once() {
        let codes: Vec<String> =
            Permission::actions().chain(Permission::plain()).map(|one| one.to_string()).collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "{codes:?}");
        let kinds: Vec<&str> = JobKind::all().map(JobKind::code).collect();
        assert_eq!(kinds.iter().collect::<BTreeSet<_>>().len(), kinds.len(), "{kinds:?}");
    }
}
