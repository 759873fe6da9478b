//! Access tokens: JWT (RFC 7519) in the profile of RFC 9068, signed with ES256 (RFC 7518 §3.4).

use std::collections::HashSet;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use medcert_application::secrets::{AccessClaims, AccessTokens, SecretError};
use pem_rfc7468::LineEnding;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::verified::{Fingerprint, Verified};

/// Header type that keeps access tokens apart from every other JWT (RFC 9068 §2.1).
const TYPE: &str = "at+jwt";

/// Label of a PKCS#8 private key that is not encrypted (RFC 7468 §10).
const LABEL: &str = "PRIVATE KEY";

/// A new P-256 private key as PKCS#8 PEM (RFC 5958, RFC 7468).
///
/// # Panics
/// When the operating system gives no random bytes.
#[expect(
    clippy::expect_used,
    reason = "no key may be made without randomness; encoding a P-256 key cannot fail"
)]
pub fn generate_signing_key() -> String {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
    let der = pair.expect("the operating system gives random bytes").to_pkcs8v1();
    let der = der.expect("a P-256 key has a PKCS#8 form");
    pem_rfc7468::encode_string(LABEL, LineEnding::LF, der.as_ref()).expect("a key is short enough for PEM")
}

/// Signs and verifies access tokens with ES256.
pub struct Es256Tokens {
    signing: EncodingKey,
    /// The first is the public half of `signing`.
    keys: Vec<PublicKey>,
    issuer: String,
    audience: String,
    validation: Validation,
    verified: Verified,
}

struct PublicKey {
    kid: String,
    x: String,
    y: String,
    decoding: DecodingKey,
}

/// No key to sign with.
#[derive(Debug, thiserror::Error)]
#[error("no signing key was given")]
struct NoKey;

/// A PEM file of something else.
#[derive(Debug, thiserror::Error)]
#[error("the file holds no PKCS#8 private key")]
struct OtherLabel;

/// A key that is not a point of the curve with two coordinates.
#[derive(Debug, thiserror::Error)]
#[error("the key has no public point")]
struct NoPoint;

/// A private key: its PKCS#8 form, and what it signs with.
struct PrivateKey {
    der: Vec<u8>,
    pair: EcdsaKeyPair,
}

impl PrivateKey {
    fn from_pem(pem: &str) -> Result<Self, SecretError> {
        let (label, der) = pem_rfc7468::decode_vec(pem.as_bytes()).map_err(secret_error)?;
        if label != LABEL {
            return Err(secret_error(OtherLabel));
        }
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).map_err(secret_error)?;
        Ok(Self { der, pair })
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    jti: Uuid,
    iat: i64,
    exp: i64,
}

impl Es256Tokens {
    /// Takes private keys as PKCS#8 PEM. The first signs; all verify and are published, so a key is rotated by
    /// putting the new one in front and taking the old one away once its last token has expired.
    pub fn new(
        private_keys: &[impl AsRef<str>],
        issuer: impl Into<String>,
        audience: impl Into<String>,
    ) -> Result<Self, SecretError> {
        let secrets = private_keys
            .iter()
            .map(|pem| PrivateKey::from_pem(pem.as_ref()))
            .collect::<Result<Vec<_>, _>>()?;
        let first = secrets.first().ok_or_else(|| secret_error(NoKey))?;
        let keys = secrets.iter().map(PublicKey::of).collect::<Result<Vec<_>, _>>()?;
        let (issuer, audience) = (issuer.into(), audience.into());

        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[&issuer]);
        validation.set_audience(&[&audience]);
        validation.required_spec_claims = HashSet::from(["iss", "aud", "sub", "exp"].map(str::to_owned));
        // The library would ask the system clock; the time is compared with the caller's instead.
        validation.validate_exp = false;
        validation.leeway = 0;
        let signing = EncodingKey::from_ec_der(&first.der);
        Ok(Self { signing, keys, issuer, audience, validation, verified: Verified::default() })
    }

    /// Verifies a token from its first to its last part.
    fn check(&self, token: &str, now: DateTime<Utc>) -> Option<AccessClaims> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        // `crit` names extensions that must be understood (RFC 7515 §4.1.11), and none is.
        if header.alg != Algorithm::ES256 || header.typ.as_deref() != Some(TYPE) || header.crit.is_some() {
            return None;
        }
        let kid = header.kid?;
        let key = self.keys.iter().find(|key| key.kid == kid)?;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.decoding, &self.validation).ok()?.claims;
        let expires_at = DateTime::from_timestamp(claims.exp, 0)?;
        // "On or after" its time a token is refused (RFC 7519 §4.1.4).
        (now < expires_at).then_some(AccessClaims {
            user: claims.sub,
            session: claims.sid,
            token: claims.jti,
            issued_at: DateTime::from_timestamp(claims.iat, 0)?,
            expires_at,
        })
    }
}

impl PublicKey {
    fn of(secret: &PrivateKey) -> Result<Self, SecretError> {
        // The uncompressed point of SEC 1 §2.3.3: a mark and both coordinates.
        let [4, point @ ..] = secret.pair.public_key().as_ref() else { return Err(secret_error(NoPoint)) };
        let (x, y) = point.split_at_checked(32).ok_or_else(|| secret_error(NoPoint))?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        // The required members in the order of their names, without blanks (RFC 7638 §3.2).
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(members));
        let decoding = DecodingKey::from_ec_components(&x, &y).map_err(secret_error)?;
        Ok(Self { kid, x, y, decoding })
    }
}

fn secret_error(error: impl std::error::Error + Send + Sync + 'static) -> SecretError {
    SecretError(Box::new(error))
}

impl std::fmt::Debug for Es256Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kids: Vec<_> = self.keys.iter().map(|key| &key.kid).collect();
        f.debug_struct("Es256Tokens").field("kids", &kids).finish_non_exhaustive()
    }
}

impl AccessTokens for Es256Tokens {
    fn sign(&self, claims: &AccessClaims) -> Result<String, SecretError> {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(TYPE.to_owned());
        header.kid = self.keys.first().map(|key| key.kid.clone());
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: claims.user,
            sid: claims.session,
            jti: claims.token,
            iat: claims.issued_at.timestamp(),
            exp: claims.expires_at.timestamp(),
        };
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(secret_error)
    }

    fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<AccessClaims> {
        let fingerprint = Fingerprint::of(token);
        if let Some(claims) = self.verified.get(&fingerprint, now) {
            return Some(claims);
        }
        let claims = self.check(token, now)?;
        self.verified.put(fingerprint, claims.clone(), now);
        Some(claims)
    }

    fn jwks(&self) -> String {
        let keys: Vec<_> = self
            .keys
            .iter()
            .map(|key| {
                serde_json::json!({
                    "kty": "EC", "crv": "P-256", "x": key.x, "y": key.y,
                    "use": "sig", "alg": "ES256", "kid": key.kid,
                })
            })
            .collect();
        serde_json::json!({ "keys": keys }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + seconds, 0).unwrap()
    }

    fn claims() -> AccessClaims {
        AccessClaims {
            user: Uuid::from_u128(1),
            session: Uuid::from_u128(2),
            token: Uuid::from_u128(3),
            issued_at: at(0),
            expires_at: at(900),
        }
    }

    fn tokens(keys: &[&str]) -> Es256Tokens {
        Es256Tokens::new(keys, "https://clinic.example.org", "medcert").unwrap()
    }

    fn part(token: &str, index: usize) -> serde_json::Value {
        let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// A token with this header and the claims of a good one, really signed with the key.
    fn forged(key: &str, header: &serde_json::Value, claims: &serde_json::Value) -> String {
        let message = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let pair = PrivateKey::from_pem(key).unwrap().pair;
        let signature = pair.sign(&aws_lc_rs::rand::SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn a_token_comes_back_as_it_was_and_names_its_profile() {
        let key = generate_signing_key();
        let tokens = tokens(&[&key]);
        let token = tokens.sign(&claims()).unwrap();
        assert_eq!(tokens.verify(&token, at(1)), Some(claims()));
        let header = part(&token, 0);
        assert_eq!((&header["alg"], &header["typ"]), (&"ES256".into(), &"at+jwt".into()));
        assert_eq!(header["kid"], tokens.keys[0].kid);
        let body = part(&token, 1);
        assert_eq!(body["iss"], "https://clinic.example.org");
        assert_eq!(body["aud"], "medcert");
        assert_eq!(body["sub"], Uuid::from_u128(1).to_string());
        // The forger of the tests below makes a token that is accepted when nothing is changed.
        assert_eq!(tokens.verify(&forged(&key, &header, &body), at(1)), Some(claims()));
    }

    #[test]
    fn expiry_is_by_the_time_given_without_leeway() {
        let key = generate_signing_key();
        let tokens = tokens(&[&key]);
        let token = tokens.sign(&claims()).unwrap();
        assert!(tokens.verify(&token, at(899)).is_some());
        assert!(tokens.verify(&token, at(900)).is_none());
    }

    #[test]
    fn tokens_for_others_or_from_others_are_refused() {
        let key = generate_signing_key();
        let ours = tokens(&[&key]);
        let theirs = Es256Tokens::new(&[&key], "https://clinic.example.org", "other").unwrap();
        assert!(ours.verify(&theirs.sign(&claims()).unwrap(), at(1)).is_none());
        let theirs = Es256Tokens::new(&[&key], "https://evil.example.org", "medcert").unwrap();
        assert!(ours.verify(&theirs.sign(&claims()).unwrap(), at(1)).is_none());
        let theirs = tokens(&[&generate_signing_key()]);
        assert!(ours.verify(&theirs.sign(&claims()).unwrap(), at(1)).is_none());
    }

    #[test]
    fn headers_of_another_profile_are_refused() {
        let key = generate_signing_key();
        let tokens = tokens(&[&key]);
        let token = tokens.sign(&claims()).unwrap();
        let (good, body) = (part(&token, 0), part(&token, 1));
        for (member, value) in [
            ("typ", serde_json::json!("JWT")),
            ("typ", serde_json::json!(null)),
            ("alg", serde_json::json!("none")),
            ("alg", serde_json::json!("HS256")),
            ("alg", serde_json::json!("ES384")),
            ("kid", serde_json::json!("other")),
            ("kid", serde_json::json!(null)),
            ("crit", serde_json::json!(["b64"])),
        ] {
            let mut header = good.clone();
            header[member] = value;
            assert!(tokens.verify(&forged(&key, &header, &body), at(1)).is_none(), "{header}");
        }
        let unsigned = token.rsplit_once('.').unwrap().0;
        assert!(tokens.verify(&format!("{unsigned}."), at(1)).is_none());
        assert!(tokens.verify(unsigned, at(1)).is_none());
        assert!(tokens.verify("", at(1)).is_none());
    }

    #[test]
    fn every_claim_is_required() {
        let key = generate_signing_key();
        let tokens = tokens(&[&key]);
        let token = tokens.sign(&claims()).unwrap();
        let (header, good) = (part(&token, 0), part(&token, 1));
        for member in ["iss", "aud", "sub", "sid", "jti", "iat", "exp"] {
            let mut body = good.clone();
            body.as_object_mut().unwrap().remove(member);
            assert!(tokens.verify(&forged(&key, &header, &body), at(1)).is_none(), "{member}");
        }
    }

    #[test]
    fn rotation_signs_with_the_first_key_and_verifies_with_all() {
        let (old, new) = (generate_signing_key(), generate_signing_key());
        let before = tokens(&[&old]);
        let during = tokens(&[&new, &old]);
        let token = before.sign(&claims()).unwrap();
        assert!(during.verify(&token, at(1)).is_some());
        let token = during.sign(&claims()).unwrap();
        assert!(tokens(&[&new]).verify(&token, at(1)).is_some());
        assert!(before.verify(&token, at(1)).is_none());
    }

    #[test]
    fn the_jwk_set_is_public_and_its_ids_are_thumbprints() {
        let (old, new) = (generate_signing_key(), generate_signing_key());
        let set: serde_json::Value = serde_json::from_str(&tokens(&[&new, &old]).jwks()).unwrap();
        let keys = set["keys"].as_array().unwrap();
        assert_eq!(keys.len(), 2);
        for key in keys {
            let mut members: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
            members.sort_unstable();
            assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
            let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.clone()).unwrap();
            let thumbprint = jwk.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).unwrap();
            assert_eq!(key["kid"], thumbprint);
        }
    }

    #[test]
    fn a_key_made_elsewhere_signs_and_is_published() {
        // The key of RFC 7515 appendix A.3, as `openssl pkcs8 -topk8 -nocrypt` writes it.
        let key = "-----BEGIN PRIVATE KEY-----\n\
                   MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n\
                   H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n\
                   7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n\
                   -----END PRIVATE KEY-----\n";
        let tokens = tokens(&[key]);
        let token = tokens.sign(&claims()).unwrap();
        assert_eq!(tokens.verify(&token, at(1)), Some(claims()));
        let set: serde_json::Value = serde_json::from_str(&tokens.jwks()).unwrap();
        assert_eq!(set["keys"][0]["x"], "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
        assert_eq!(set["keys"][0]["y"], "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
        for label in ["EC PRIVATE KEY", "PUBLIC KEY"] {
            let other = key.replace("PRIVATE KEY", label);
            assert!(Es256Tokens::new(&[other], "i", "a").is_err(), "{label}");
        }
    }

    #[test]
    fn keys_that_are_none_are_refused_and_debug_shows_no_secret() {
        assert!(Es256Tokens::new(&[] as &[&str], "i", "a").is_err());
        assert!(Es256Tokens::new(&["not a key"], "i", "a").is_err());
        let key = generate_signing_key();
        assert!(key.starts_with("-----BEGIN PRIVATE KEY-----"));
        assert!(format!("{:?}", tokens(&[&key])).starts_with("Es256Tokens { kids: ["));
    }
}
