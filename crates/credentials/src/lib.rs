//! What Medcert proves things with: certificate documents, password hashes, access tokens, derived secrets.
//!
//! Each type implements one port of `medcert-application`; none of them knows a database or the web.
#![warn(missing_docs)]

mod certificate;
mod derivation;
mod passwords;
mod system;
mod tokens;
mod verified;

pub use certificate::{FontError, KrillaRenderer};
pub use derivation::HmacDerivation;
pub use passwords::BcryptPasswords;
pub use system::{SystemClock, SystemIds};
pub use tokens::{Es256Tokens, generate_signing_key};
