//! What a request to S3 is signed with.

use std::fmt;

/// The key pair of an S3 account.
#[derive(Clone)]
pub struct S3Credentials {
    /// Names the key pair; not secret.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: String,
    /// Accompanies a temporary key pair.
    pub session_token: Option<String>,
}

impl S3Credentials {
    /// Whether the parts can be sent in headers, which is all that can be known before a request.
    /// Those read from a file like to end in a line break, at which the library would panic.
    pub(crate) fn can_be_sent(&self) -> bool {
        let visible = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
        visible(&self.access_key_id)
            && visible(&self.secret_access_key)
            && self.session_token.as_deref().is_none_or(visible)
    }
}

// Written by hand: a derived form would carry the secrets into logs.
impl fmt::Debug for S3Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}
