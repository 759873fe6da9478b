//! What this room declares.

use crate::{
    jobs::JobKind,
    policy::{
        Permission,
        Role::{self, Admin, Auditor, Manager, Operator},
    },
    rooms::Room,
};

/// List and open staff.
pub const READ_STAFF: Permission = Permission::of_roles("staff:read", Role::ALL);

/// See what staff are paid, comments on them, and the history of their records.
pub const READ_STAFF_TERMS: Permission = Permission::of_roles("staff:read_terms", &[Admin, Auditor]);

/// Make, change and delete staff records, and hand their requests over.
pub const WRITE_STAFF: Permission = Permission::of_roles("staff:write", &[Admin]);

/// List and open promoters.
pub const READ_PROMOTERS: Permission =
    Permission::of_roles("promoters:read", &[Admin, Operator, Manager, Auditor]);

/// Make and change promoters.
pub const WRITE_PROMOTERS: Permission = Permission::of_roles("promoters:write", &[Admin, Operator, Manager]);

/// Remove promoters that nothing refers to.
pub const DELETE_PROMOTERS: Permission = Permission::of_roles("promoters:delete", &[Admin]);

/// Change the list of sources of promoters.
pub const MANAGE_PROMOTER_SOURCES: Permission = Permission::of_roles("promoters:sources", &[Admin]);

/// List and open people.
pub const READ_PEOPLE: Permission = Permission::of_roles("people:read", &[Admin, Operator, Manager, Auditor]);

/// Make and change people, and say who stands for whom.
pub const WRITE_PEOPLE: Permission = Permission::of_roles("people:write", &[Admin, Operator, Manager]);

/// Merge records of the same person, and remove people that nothing refers to.
pub const MERGE_PEOPLE: Permission = Permission::of_roles("people:merge", &[Admin]);

/// Finds or makes a promoter for each line.
pub const IMPORT_PROMOTERS: JobKind = JobKind::declared("IMPORT_PROMOTERS");
/// Finds or makes a person for each line.
pub const IMPORT_PEOPLE: JobKind = JobKind::declared("IMPORT_PEOPLE");
/// Makes somebody staff with each line.
pub const IMPORT_STAFF: JobKind = JobKind::declared("IMPORT_STAFF");

/// What this room declares.
pub const ROOM: Room = Room {
    permissions: &[
        READ_STAFF,
        READ_STAFF_TERMS,
        WRITE_STAFF,
        READ_PROMOTERS,
        WRITE_PROMOTERS,
        DELETE_PROMOTERS,
        MANAGE_PROMOTER_SOURCES,
        READ_PEOPLE,
        WRITE_PEOPLE,
        MERGE_PEOPLE,
    ],
    jobs: &[IMPORT_PROMOTERS, IMPORT_PEOPLE, IMPORT_STAFF],
    ..Room::EMPTY
};
