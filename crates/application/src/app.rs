//! Everything a use case works with, built once by the server.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Duration, Utc};
use medcert_domain::{
    Id, Invalid, SessionId, UserId,
    files::FileLimits,
    institution::Institution,
    policy::{Actor, Origin},
};

use crate::{
    Error,
    audit::Trail,
    identity,
    jobs::JobQueue,
    mail::Mailer,
    objects::Objects,
    rendering::CertificateRenderer,
    scanning::Scanner,
    secrets::{AccessTokens, Clock, Derivation, Ids, Passwords},
    store::{SessionState, Store},
};

/// What is configured, as far as use cases care.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the outside world reaches this installation, without a trailing slash.
    pub public_url: String,
    /// How long an access token is good.
    pub access_lifetime: Duration,
    /// How long a login lasts at the most.
    pub session_lifetime: Duration,
    /// How large files may be.
    pub file_limits: FileLimits,
}

impl Settings {
    /// The usual lifetimes, 15 minutes and 7 days, and files of at most 10 MiB.
    pub fn at(public_url: impl Into<String>) -> Self {
        Self {
            public_url: public_url.into().trim_end_matches('/').to_owned(),
            access_lifetime: Duration::minutes(15),
            session_lifetime: Duration::days(7),
            file_limits: FileLimits::default(),
        }
    }
}

/// The parts an application is built from.
#[derive(Clone)]
pub struct Parts {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The object storage.
    pub objects: Arc<dyn Objects>,
    /// Looks for malware in files.
    pub scanner: Arc<dyn Scanner>,
    /// Makes certificate documents.
    pub renderer: Arc<dyn CertificateRenderer>,
    /// Hashes passwords.
    pub passwords: Arc<dyn Passwords>,
    /// Makes access tokens.
    pub tokens: Arc<dyn AccessTokens>,
    /// Derives secrets.
    pub derivation: Arc<dyn Derivation>,
    /// Sends mails; `None` where none are sent.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Makes identifiers.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Configuration.
    pub settings: Settings,
}

/// The application: shared by all callers.
pub struct App {
    /// The parts it was built from.
    pub parts: Parts,
    /// Events that belong to no change.
    pub trail: Trail,
    /// Where workers wait for jobs.
    pub job_queue: JobQueue,
    sessions: Cache<SessionId, SessionState>,
    profile: Cache<(), Institution>,
    /// Told when a mail was queued here.
    pub(crate) mail: tokio::sync::Notify,
    pub(crate) issuing: tokio::sync::Mutex<()>,
}

/// How long a cached fact is believed: what was suspended elsewhere is kept out after this time at the latest.
const CACHE_SECONDS: i64 = 2;

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let trail = Trail::new(Arc::clone(&parts.store));
        let issuing = tokio::sync::Mutex::new(());
        Self {
            parts,
            trail,
            job_queue: JobQueue::default(),
            sessions: Cache::default(),
            profile: Cache::default(),
            mail: tokio::sync::Notify::new(),
            issuing,
        }
    }

    /// Now, in whole microseconds.
    pub fn now(&self) -> DateTime<Utc> {
        self.parts.clock.now()
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.parts.store
    }

    /// The account as somebody who acts at this moment: for work that was asked for earlier.
    pub(crate) async fn acting(&self, user: UserId, origin: Origin) -> Result<Actor, Error> {
        identity::acting(self, user, origin).await
    }

    pub(crate) fn id<E>(&self) -> Id<E> {
        Id::new(self.parts.ids.uuid())
    }

    /// The institution's profile, at most two seconds old.
    pub async fn profile(&self) -> Result<Institution, Error> {
        let now = self.now();
        if let Some(profile) = self.profile.get(&(), now) {
            return Ok(profile);
        }
        let stored = self.store().institution().await?;
        let unnamed =
            || Institution::unnamed(now).ok_or_else(|| Error::internal("the built-in profile is wrong"));
        let profile = stored.map_or_else(unnamed, Ok)?;
        self.profile.put((), profile.clone(), now);
        Ok(profile)
    }

    pub(crate) async fn session(&self, id: SessionId) -> Result<Option<SessionState>, Error> {
        let now = self.now();
        if let Some(state) = self.sessions.get(&id, now) {
            return Ok(Some(state));
        }
        let state = self.store().session_state(id).await?;
        if let Some(state) = &state {
            self.sessions.put(id, state.clone(), now);
        }
        Ok(state)
    }

    /// Forgets what is cached of logins: called by whatever ends one or changes an account.
    pub(crate) fn forget_sessions(&self) {
        self.sessions.clear();
    }

    /// Forgets what is cached of the profile here; other replicas do so within two seconds.
    pub(crate) fn forget_profile(&self) {
        self.profile.clear();
    }

    /// Refuses a text with a character that no font of the certificate has.
    pub(crate) fn printable(&self, pointer: &str, text: &str) -> Result<(), Invalid> {
        match self.parts.renderer.unprintable(text) {
            None => Ok(()),
            Some(c) => Err(Invalid::one(
                pointer,
                "unprintable",
                format!(
                    "has the character {c:?} (U+{:04X}), which no font of the certificate can print",
                    u32::from(c)
                ),
            )),
        }
    }

    /// The answer to somebody whose roles do not allow it; noted in the audit trail.
    pub(crate) async fn require(
        &self,
        actor: &Actor,
        permission: medcert_domain::policy::Permission,
    ) -> Result<(), Error> {
        if permission.held_by(actor) {
            return Ok(());
        }
        self.trail.denied(self, actor, &permission.to_string()).await;
        Err(Error::Forbidden(format!("none of your roles has {permission}")))
    }
}

/// Facts that may be a little old. Cleared as a whole: it refills within a request each.
struct Cache<K, V> {
    entries: Mutex<HashMap<K, (DateTime<Utc>, V)>>,
}

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self { entries: Mutex::new(HashMap::new()) }
    }
}

impl<K: std::hash::Hash + Eq, V: Clone> Cache<K, V> {
    /// More entries than this are thrown away: a bound on memory, far above any clinic's logins in two seconds.
    const MOST: usize = 10_000;

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<K, (DateTime<Utc>, V)>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: &K, now: DateTime<Utc>) -> Option<V> {
        let entries = self.lock();
        let (since, value) = entries.get(key)?;
        let age = now - *since;
        (age >= Duration::zero() && age < Duration::seconds(CACHE_SECONDS)).then(|| value.clone())
    }

    fn put(&self, key: K, value: V, now: DateTime<Utc>) {
        let mut entries = self.lock();
        if entries.len() >= Self::MOST {
            entries.clear();
        }
        entries.insert(key, (now, value));
    }

    fn clear(&self) {
        self.lock().clear();
    }
}
