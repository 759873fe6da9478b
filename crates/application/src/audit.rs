//! The audit trail: what happened, written in the change's own unit of work, or queued when nothing changed.

use std::sync::Arc;

use medcert_domain::{
    PersonId,
    identity::User,
    policy::{Actor, Origin},
};
use tokio::sync::{Mutex, Notify, mpsc};
use uuid::Uuid;

use crate::{
    App,
    store::{AuditEvent, Store},
};

/// What an event is about.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Kind of object.
    pub kind: &'static str,
    /// Which object.
    pub id: Option<Uuid>,
    /// Whose data.
    pub patient: Option<PersonId>,
}

impl About {
    /// An object.
    pub const fn object(kind: &'static str, id: Uuid) -> Self {
        Self { kind, id: Some(id), patient: None }
    }

    /// A collection.
    pub const fn list(kind: &'static str) -> Self {
        Self { kind, id: None, patient: None }
    }

    /// The same, about a person's data.
    #[must_use]
    pub const fn of(mut self, patient: PersonId) -> Self {
        self.patient = Some(patient);
        self
    }
}

/// An event by a signed-in user.
pub fn event(app: &App, actor: &Actor, action: &str, about: About, outcome: &'static str) -> AuditEvent {
    let roles: Vec<&str> = actor.roles.iter().map(|role| role.code()).collect();
    AuditEvent {
        actor: Some(actor.user),
        roles: roles.join(","),
        ..anonymous(app, &actor.origin, action, about, outcome)
    }
}

/// An event by somebody not signed in.
pub fn anonymous(
    app: &App,
    origin: &Origin,
    action: &str,
    about: About,
    outcome: &'static str,
) -> AuditEvent {
    AuditEvent {
        id: app.parts.ids.uuid(),
        at: app.now(),
        actor: None,
        roles: String::new(),
        action: action.to_owned(),
        object_kind: Some(about.kind),
        object_id: about.id,
        patient: about.patient,
        outcome,
        address: origin.address.clone(),
        agent: origin.agent.clone(),
        request_id: origin.request_id.clone(),
        reason: None,
    }
}

/// The same event, by a user who is only just signing in.
#[must_use]
pub fn by(mut event: AuditEvent, user: &User) -> AuditEvent {
    let roles: Vec<&str> = user.roles.iter().map(|role| role.code()).collect();
    event.actor = Some(user.id);
    event.roles = roles.join(",");
    event
}

/// Events of reads, denials and logins: queued, written in batches, within a quarter of a second unless there are more
/// than the database can take.
///
/// A full queue makes the caller wait; nothing is dropped while the process lives.
pub struct Trail {
    sender: mpsc::Sender<AuditEvent>,
    receiver: Mutex<mpsc::Receiver<AuditEvent>>,
    stopped: Notify,
    store: Arc<dyn Store>,
}

const QUEUE: usize = 4096;
const BATCH: usize = 500;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(200);

impl Trail {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        Self { sender, receiver: Mutex::new(receiver), stopped: Notify::new(), store }
    }

    /// Queues an event.
    pub async fn note(&self, event: AuditEvent) {
        if self.sender.send(event).await.is_err() {
            tracing::error!("the audit queue is gone");
        }
    }

    /// Queues that the actor was refused something.
    pub async fn denied(&self, app: &App, actor: &Actor, what: &str) {
        self.note(event(app, actor, what, About::list("policy"), "denied")).await;
    }

    /// Writes what is queued, again and again, until [`Self::stop`]; run by one task of the server.
    pub async fn keep_writing(&self) {
        loop {
            let mut batch = Vec::with_capacity(BATCH);
            let mut receiver = self.receiver.lock().await;
            tokio::select! {
                _ = receiver.recv_many(&mut batch, BATCH) => {}
                () = self.stopped.notified() => {
                    drop(receiver);
                    self.drain().await;
                    return;
                }
            }
            drop(receiver);
            self.write(&batch).await;
            // Behind a full batch there are others: a pause would only make the queue longer, and in the end hold
            // up whoever notes the next event.
            if batch.len() < BATCH {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Makes [`Self::keep_writing`] write what is left and return.
    pub fn stop(&self) {
        self.stopped.notify_one();
    }

    /// Writes everything queued so far.
    pub async fn drain(&self) {
        let mut batch = Vec::new();
        let mut receiver = self.receiver.lock().await;
        while let Ok(event) = receiver.try_recv() {
            batch.push(event);
        }
        drop(receiver);
        for part in batch.chunks(BATCH) {
            self.write(part).await;
        }
    }

    async fn write(&self, batch: &[AuditEvent]) {
        while let Err(error) = self.store.append_audit(batch).await {
            tracing::error!(error = %error, events = batch.len(), "audit events wait for the database");
            tokio::time::sleep(PAUSE * 5).await;
        }
    }
}
