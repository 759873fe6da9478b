//! What this room declares.

use crate::{
    policy::{
        Permission,
        Role::{Admin, Auditor},
    },
    rooms::Room,
};

/// See the jobs of everybody.
pub const READ_ALL_JOBS: Permission = Permission::of_roles("jobs:read_all", &[Admin, Auditor]);

/// Cancel the jobs of everybody.
pub const CANCEL_ANY_JOB: Permission = Permission::of_roles("jobs:cancel_any", &[Admin]);

/// What this room declares.
pub const ROOM: Room = Room { permissions: &[READ_ALL_JOBS, CANCEL_ANY_JOB], ..Room::EMPTY };
