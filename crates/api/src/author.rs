//! Who did something: an account with the name of its person.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An account with the name of its person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"id": "01940000-0000-7000-8000-0000000000d4", "name": "Rosa Huamán"}))]
pub(crate) struct AccountRef {
    /// The account.
    pub(crate) id: Uuid,
    /// Name of its person.
    pub(crate) name: String,
}
