//! What this room declares.

use crate::{
    policy::{
        Permission,
        Role::{Admin, Auditor},
    },
    rooms::Room,
};

/// List and open accounts.
pub const READ_USERS: Permission = Permission::of_roles("users:read", &[Admin, Auditor]);

/// Make, change and remove accounts, their roles, grants and passwords.
pub const MANAGE_USERS: Permission = Permission::of_roles("users:write", &[Admin]);

/// Suspend and reactivate users.
pub const SUSPEND_USERS: Permission = Permission::of_roles("users:suspend", &[Admin]);

/// What this room declares.
pub const ROOM: Room = Room { permissions: &[READ_USERS, MANAGE_USERS, SUSPEND_USERS], ..Room::EMPTY };
