//! What this room declares.

use crate::{
    policy::{
        Permission,
        Role::{Admin, Auditor},
    },
    rooms::Room,
};

/// See the policy matrix.
pub const READ_POLICY: Permission = Permission::of_roles("policy:read", &[Admin, Auditor]);

/// What this room declares.
pub const ROOM: Room = Room { permissions: &[READ_POLICY], ..Room::EMPTY };
