//! What this room declares.

use crate::{
    policy::{
        Permission,
        Role::{Admin, Auditor},
    },
    rooms::Room,
};

/// Read reports.
pub const READ_REPORTS: Permission = Permission::of_roles("reports:read", &[Admin, Auditor]);

/// Export reports and lists.
pub const EXPORT: Permission = Permission::of_roles("exports:make", &[Admin, Auditor]);

/// What this room declares.
pub const ROOM: Room = Room { permissions: &[READ_REPORTS, EXPORT], ..Room::EMPTY };
