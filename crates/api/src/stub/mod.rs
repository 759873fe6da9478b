//! An application without a database, to test what is around the handlers. The handlers themselves are tested over
//! the real thing.

mod store;

use std::{
    ops::Range,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use futures::{StreamExt as _, stream, stream::BoxStream};
use medcert_application::{
    App, Parts, Settings,
    objects::{Listed, ObjectError, ObjectHead, ObjectKey, Objects, Pieces, Upload},
    rendering::{CertificateRenderer, CertificateSheet, PictureError, RenderError},
    scanning::NoScanner,
    secrets::{AccessClaims, AccessTokens, Clock, Derivation, Ids, Passwords, SecretError},
    store::*,
};
use medcert_domain::{
    Id, Locale,
    catalog::Service,
    certification::{AssignmentRole, Certificate, Certification},
    files::StoredFile,
    identity::{EmailChange, Session, User, UserStatus},
    institution::Institution,
    jobs::{Job, JobKind, LineOutcome},
    people::{Member, Promoter, PromoterSource},
    policy::Role,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// An application in which the code of a role is an access token of a user with that role.
pub(crate) fn app() -> (Arc<App>, Arc<Stub>) {
    let stub = Arc::new(Stub::default());
    let parts = Parts {
        store: stub.clone(),
        objects: stub.clone(),
        scanner: Arc::new(NoScanner),
        renderer: stub.clone(),
        passwords: stub.clone(),
        tokens: stub.clone(),
        derivation: stub.clone(),
        mailer: None,
        ids: stub.clone(),
        clock: stub.clone(),
        settings: Settings::at("https://medcert.test"),
    };
    (Arc::new(App::new(parts)), stub)
}

#[derive(Default)]
pub(crate) struct Stub {
    /// Audit events written so far.
    pub(crate) audited: Mutex<Vec<AuditEvent>>,
    issued: Mutex<u128>,
}

type Answer<T> = Result<T, StoreError>;

fn down<T>() -> Answer<T> {
    Err(StoreError::Unavailable("postgres://user:secret@host is down".into()))
}

fn number(role: Role) -> Uuid {
    Uuid::from_u128(1 + role as u128)
}

#[async_trait]
impl Objects for Stub {
    async fn put(&self, _: &ObjectKey, _: &str, _: Bytes) -> Result<(), ObjectError> {
        Ok(())
    }
    async fn get(&self, _: &ObjectKey) -> Result<Option<Bytes>, ObjectError> {
        Ok(None)
    }
    async fn upload(&self, _: &ObjectKey, _: &str) -> Result<Box<dyn Upload>, ObjectError> {
        Err(ObjectError::Backend("the bucket of s3://secret is gone".into()))
    }
    async fn read(&self, _: &ObjectKey, _: Range<u64>) -> Result<Option<Pieces>, ObjectError> {
        Ok(None)
    }
    async fn head(&self, _: &ObjectKey) -> Result<Option<ObjectHead>, ObjectError> {
        Ok(None)
    }
    async fn presigned(
        &self,
        _: &ObjectKey,
        _: &str,
        _: &str,
        _: std::time::Duration,
    ) -> Result<Option<String>, ObjectError> {
        Ok(None)
    }
    async fn walk(&self, _: &str) -> Result<BoxStream<'static, Result<Listed, ObjectError>>, ObjectError> {
        Ok(stream::empty().boxed())
    }
    async fn delete(&self, _: &ObjectKey) -> Result<(), ObjectError> {
        Ok(())
    }
    async fn list(&self, _: &str) -> Result<Vec<ObjectKey>, ObjectError> {
        Ok(vec![])
    }
    async fn check(&self) -> Result<(), ObjectError> {
        Ok(())
    }
}

impl CertificateRenderer for Stub {
    fn render(&self, _: &CertificateSheet) -> Result<Vec<u8>, RenderError> {
        Err(RenderError::TooLong)
    }
    fn picture(&self, _: &Bytes) -> Result<medcert_domain::institution::LogoKind, PictureError> {
        Err(PictureError::Unknown)
    }
    fn unprintable(&self, _: &str) -> Option<char> {
        None
    }
}

#[async_trait]
impl Passwords for Stub {
    async fn hash(&self, _: &str) -> Result<String, SecretError> {
        Ok(String::new())
    }
    async fn verify(&self, _: &str, _: Option<&str>) -> Result<bool, SecretError> {
        Ok(false)
    }
}

impl AccessTokens for Stub {
    fn sign(&self, _: &AccessClaims) -> Result<String, SecretError> {
        Ok("token".to_owned())
    }
    fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<AccessClaims> {
        let id = number(Role::parse(token)?);
        Some(AccessClaims { user: id, session: id, token: id, issued_at: now, expires_at: now })
    }
    fn jwks(&self) -> String {
        r#"{"keys":[]}"#.to_owned()
    }
}

impl Derivation for Stub {
    fn refresh_secret(&self, _: Uuid) -> [u8; 32] {
        [0; 32]
    }
    fn tag(&self, purpose: &str, bytes: &[u8]) -> [u8; 32] {
        Sha256::digest([b"key", purpose.as_bytes(), bytes].concat()).into()
    }
}

impl Ids for Stub {
    fn uuid(&self) -> Uuid {
        let mut issued = self.issued.lock().unwrap();
        *issued += 1;
        Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_b302_0000_0000 + *issued)
    }
    fn public_id(&self) -> [u8; 16] {
        [0; 16]
    }
}

impl Clock for Stub {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_772_366_400, 0).unwrap()
    }
}
