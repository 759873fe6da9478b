//! The closed vocabularies of identity.

use medcert_domain::identity;

use crate::codes::wire;

wire! {
    UserActionCode = identity::UserAction, "UserAction", "What an administrator can do to an account.";
    UserStatusCode = identity::UserStatus, "UserStatus", "Whether a user may sign in.";
}
