//! The policy, tested against a second source: the table of the design typed by hand, and its sentences.

mod exhaustive;
mod golden;
mod rules;
mod table;

use std::collections::BTreeSet;

use uuid::Uuid;

use super::Subject;
use crate::{
    Id,
    certification::{Action, Stage},
    policy::{Actor, Origin, Permission, Role},
};

/// The person, staff record and account of the actor under test all carry this number.
const SELF: u128 = 7;
const OTHER: u128 = 8;
const CLIENT: u128 = 1;

fn id<E>(number: u128) -> Id<E> {
    Id::new(Uuid::from_u128(number))
}

fn actor(roles: &[Role]) -> Actor {
    Actor {
        user: id(SELF),
        session: id(SELF),
        person: id(SELF),
        staff: Some(id(SELF)),
        display_name: "Actor".to_owned(),
        roles: roles.iter().copied().collect(),
        permissions: BTreeSet::new(),
        origin: Origin::default(),
    }
}

fn granted(roles: &[Role], permissions: &[Permission]) -> Actor {
    Actor { permissions: permissions.iter().copied().collect(), ..actor(roles) }
}

fn grant(roles: &[Role], action: Action) -> Actor {
    granted(roles, &[action.into()])
}

/// A request in the stage that is nobody's yet.
fn free(stage: Stage) -> Subject {
    Subject {
        stage,
        manager: None,
        doctor: None,
        client: id(CLIENT),
        guardian: None,
        evaluated: false,
        cancelled_by_actor_recently: false,
    }
}

/// A request in the stage with the actor as its manager and doctor, evaluated where the stage says so.
fn own(stage: Stage) -> Subject {
    Subject {
        manager: Some(id(SELF)),
        doctor: Some(id(SELF)),
        evaluated: stage == Stage::Evaluated,
        ..free(stage)
    }
}

/// The same with somebody else as its manager and doctor.
fn others(stage: Stage) -> Subject {
    Subject { manager: Some(id(OTHER)), doctor: Some(id(OTHER)), ..own(stage) }
}
