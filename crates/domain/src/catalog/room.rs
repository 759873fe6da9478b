//! What this room declares.

use crate::{
    jobs::JobKind,
    policy::{
        Permission,
        Role::{self, Admin},
    },
    rooms::Room,
};

/// List and open services.
pub const READ_SERVICES: Permission = Permission::of_roles("services:read", Role::ALL);

/// Make, change and delete services.
pub const WRITE_SERVICES: Permission = Permission::of_roles("services:write", &[Admin]);

/// List and open specialties.
pub const READ_SPECIALTIES: Permission = Permission::of_roles("specialties:read", Role::ALL);

/// Make, change and delete specialties.
pub const WRITE_SPECIALTIES: Permission = Permission::of_roles("specialties:write", &[Admin]);

/// Open the institution's profile.
pub const READ_INSTITUTION: Permission = Permission::of_roles("institution:read", Role::ALL);

/// Change the institution's profile.
pub const WRITE_INSTITUTION: Permission = Permission::of_roles("institution:write", &[Admin]);

/// Makes a service of each line.
pub const IMPORT_SERVICES: JobKind = JobKind::declared("IMPORT_SERVICES");

/// Makes a specialty of each line.
pub const IMPORT_SPECIALTIES: JobKind = JobKind::declared("IMPORT_SPECIALTIES");

/// What this room declares.
pub const ROOM: Room = Room {
    permissions: &[
        READ_SERVICES,
        WRITE_SERVICES,
        READ_SPECIALTIES,
        WRITE_SPECIALTIES,
        READ_INSTITUTION,
        WRITE_INSTITUTION,
    ],
    jobs: &[IMPORT_SERVICES, IMPORT_SPECIALTIES],
    ..Room::EMPTY
};
