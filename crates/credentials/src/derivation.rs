//! Secrets derived from one server key with HMAC-SHA-256 (RFC 2104, FIPS 180-4).

use hmac::{Hmac, KeyInit, Mac};
use medcert_application::secrets::Derivation;
use sha2::Sha256;
use uuid::Uuid;

/// Distinct first bytes keep the outputs of the two purposes apart under one key.
const REFRESH_LABEL: &[u8] = b"medcert/refresh-secret/v1\0";
const TAG_LABEL: &[u8] = b"medcert/tag/v1\0";

/// Derives secrets and tags with HMAC-SHA-256 under a 256-bit key.
#[derive(Clone)]
pub struct HmacDerivation {
    keyed: Hmac<Sha256>,
}

impl HmacDerivation {
    /// Derives under this key: 32 bytes from a random source, the same on every replica.
    pub fn new(key: [u8; 32]) -> Self {
        // HMAC fills a shorter key with zeros up to the block of 64 bytes (RFC 2104 §2).
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(key) {
            *to = from;
        }
        Self { keyed: Hmac::new(&block.into()) }
    }

    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.keyed.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for HmacDerivation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HmacDerivation")
    }
}

impl Derivation for HmacDerivation {
    fn refresh_secret(&self, token: Uuid) -> [u8; 32] {
        self.mac(&[REFRESH_LABEL, token.as_bytes()])
    }

    fn tag(&self, purpose: &str, bytes: &[u8]) -> [u8; 32] {
        // The length before the purpose keeps ("ab", "c") and ("a", "bc") apart.
        let length = u64::try_from(purpose.len()).unwrap_or(u64::MAX).to_be_bytes();
        self.mac(&[TAG_LABEL, &length, purpose.as_bytes(), bytes])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_hmac_under_the_plain_key() {
        let mut plain = <Hmac<Sha256> as KeyInit>::new_from_slice(&[7; 32]).unwrap();
        plain.update(REFRESH_LABEL);
        plain.update(Uuid::from_u128(5).as_bytes());
        let expected: [u8; 32] = plain.finalize().into_bytes().into();
        assert_eq!(HmacDerivation::new([7; 32]).refresh_secret(Uuid::from_u128(5)), expected);
    }

    #[test]
    fn same_input_same_secret_and_everything_else_differs() {
        let derivation = HmacDerivation::new([1; 32]);
        let id = Uuid::from_u128(1);
        assert_eq!(derivation.refresh_secret(id), derivation.refresh_secret(id));
        assert_ne!(derivation.refresh_secret(id), derivation.refresh_secret(Uuid::from_u128(2)));
        assert_ne!(derivation.refresh_secret(id), HmacDerivation::new([2; 32]).refresh_secret(id));
        assert_ne!(derivation.refresh_secret(id), derivation.tag("", id.as_bytes()));
        assert_ne!(derivation.tag("ab", b"c"), derivation.tag("a", b"bc"));
        assert_eq!(derivation.tag("cursor", b"x"), derivation.tag("cursor", b"x"));
    }
}
