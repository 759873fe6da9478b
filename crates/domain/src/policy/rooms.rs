//! The rooms that declare actions.

use super::DeclaredAction;
use crate::certification;

/// What each of them declares, in the order in which permissions are listed.
pub(super) const ACTIONS: &[fn() -> Vec<&'static dyn DeclaredAction>] = &[certification::policy::declared];
