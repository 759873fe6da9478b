//! What this room declares.

use super::policy;
use crate::{
    jobs::JobKind,
    policy::{
        Permission,
        Role::{self, Admin, Doctor, Manager, Operator},
    },
    rooms::Room,
};

/// Lifts the rule that managers and doctors act on their own requests only.
pub const ACT_ON_ANY_REQUEST: Permission = Permission::by_grant_alone("certification:act_on_any");

/// List and open requests.
pub const READ_REQUESTS: Permission = Permission::of_roles("certification:read", Role::ALL);

/// Open certificates and fetch their PDF.
pub const READ_CERTIFICATES: Permission = Permission::of_roles("certificates:read", Role::ALL);

/// Do one action to many requests in one call; each request asks for the action besides.
pub const ACT_IN_BULK: Permission =
    Permission::of_roles("certification:bulk", &[Admin, Operator, Manager, Doctor]);

/// Registers a request for each line.
pub const IMPORT_REQUESTS: JobKind = JobKind::declared("IMPORT_REQUESTS");

/// What this room declares.
pub const ROOM: Room = Room {
    actions: policy::declared,
    permissions: &[ACT_ON_ANY_REQUEST, READ_REQUESTS, READ_CERTIFICATES, ACT_IN_BULK],
    jobs: &[IMPORT_REQUESTS],
};
