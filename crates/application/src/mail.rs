//! Mails: written into a queue by the change they tell of, and sent afterwards.
//!
//! Nothing is sent inside a unit of work. A mail is taken from the queue by compare-and-swap, so that two replicas never
//! send it twice, but for a crash between sending it and writing that down.

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use medcert_domain::{Locale, identity::EmailChange};
use uuid::Uuid;

use crate::{
    App, Error,
    retry::Failed,
    rooms::Room,
    store::{DeliveryOutcome, QueuedMail, UnitOfWork},
    upkeep::{HOUR, Task},
};

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    tasks: &[Task {
        name: "forget mails",
        every: HOUR,
        run: |app| Box::pin(async move { forget_old(app).await.map(drop) }),
    }],
    ..Room::EMPTY
};

medcert_domain::codes! {
    /// Kind of letter.
    LetterKind {
        /// To a new address: confirm it. About the token.
        ConfirmEmail = "CONFIRM_EMAIL",
        /// To the address up to now: another one was asked for.
        EmailChangeAsked = "EMAIL_CHANGE_ASKED",
    }
}

/// What a mail says, in no language yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Letter {
    /// Confirm this address.
    ConfirmEmail {
        /// Where to do it; holds the token.
        link: String,
        /// Minutes it is good for.
        minutes: i64,
    },
    /// Another address was asked for.
    EmailChangeAsked,
}

/// A mail to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Identifier: the same each time it is tried, so that a receiver can recognise a repeat.
    pub id: Uuid,
    /// Address.
    pub to: String,
    /// Language.
    pub locale: Locale,
    /// Name of the institution.
    pub institution: String,
    /// What it says.
    pub letter: Letter,
}

/// Why a mail was not taken over.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It never will be: the address is refused.
    #[error("the mail was refused")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Not now: the server cannot be reached, or is not ready.
    #[error("the mail could not be sent")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Sends mails.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands the mail over to whoever delivers it.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}

/// Longest time an attempt may take. A mail is taken for twice as long.
const ATTEMPT: std::time::Duration = std::time::Duration::from_mins(1);
const TAKEN: Duration = Duration::seconds(120);
/// How long a mail is tried at the most.
const PATIENCE: Duration = Duration::hours(24);
/// How long what became of a mail is kept.
const KEPT: Duration = Duration::days(30);
/// Mails looked at in one go.
const BATCH: u64 = 20;
/// How often the queue is looked at when nobody says that there is something in it: other replicas say nothing here.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(2);

/// Refuses what needs a mail where none are sent.
pub(crate) fn required(app: &App) -> Result<(), Error> {
    if app.parts.mailer.is_some() { Ok(()) } else { Err(Error::MailNotConfigured) }
}

/// Puts a letter into the queue; the caller tells [`App::mail`] once that is kept.
pub(crate) async fn queue(
    app: &App,
    uow: &mut dyn UnitOfWork,
    letter: LetterKind,
    subject: Option<Uuid>,
    to: (&str, Locale),
) -> Result<(), Failed> {
    let now = app.now();
    let mail = QueuedMail {
        id: app.parts.ids.uuid(),
        created_at: now,
        letter,
        subject,
        locale: to.1,
        recipient: to.0.to_owned(),
        attempts: 0,
        due_at: now,
    };
    Ok(uow.queue_mail(&mail).await?)
}

/// Sends mails as they become due, for ever; run by one task of the server, which may drop it at any point.
pub async fn keep_sending(app: &App) {
    if app.parts.mailer.is_none() {
        return;
    }
    loop {
        match send_due(app).await {
            Ok(sent) => tracing::trace!(sent, "mail"),
            Err(error) => {
                tracing::error!(error = %error, "the queue of mails cannot be read; tried again later");
            }
        }
        tokio::select! {
            () = app.mail.notified() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// Sends what is due now; tells how many mails were taken over.
pub async fn send_due(app: &App) -> Result<usize, Error> {
    let Some(mailer) = &app.parts.mailer else { return Ok(0) };
    let mut sent = 0;
    loop {
        let due = app.store().due_mail(app.now(), BATCH).await?;
        let last = u64::try_from(due.len()).is_ok_and(|found| found < BATCH);
        for mail in due {
            if app.store().take_mail(&mail, app.now() + TAKEN).await? {
                let fate = attempt(app, &**mailer, &mail).await?;
                sent += usize::from(matches!(fate, DeliveryOutcome::Delivered(_)));
                app.store().settle_mail(mail.id, mail.attempts + 1, fate).await?;
            }
        }
        if last {
            return Ok(sent);
        }
    }
}

/// Forgets mails that were done with long ago; tells how many.
pub async fn forget_old(app: &App) -> Result<u64, Error> {
    let forgotten = app.store().forget_mail(app.now() - KEPT).await?;
    tracing::debug!(forgotten, "old mails forgotten");
    Ok(forgotten)
}

/// Tries once. The log says which mail and why, never to whom.
async fn attempt(app: &App, mailer: &dyn Mailer, queued: &QueuedMail) -> Result<DeliveryOutcome, Error> {
    let Some(letter) = letter(app, queued).await? else {
        tracing::info!(mail.id = %queued.id, letter = %queued.letter, "a mail is no longer of use");
        return Ok(DeliveryOutcome::GivenUp);
    };
    let mail = Mail {
        id: queued.id,
        to: queued.recipient.clone(),
        locale: queued.locale,
        institution: app.profile().await?.name,
        letter,
    };
    let error = match tokio::time::timeout(ATTEMPT, mailer.send(&mail)).await {
        Ok(Ok(())) => return Ok(DeliveryOutcome::Delivered(app.now())),
        Ok(Err(error)) => error,
        Err(late) => MailError::Failed(late.into()),
    };
    let next = app.now() + pause_after(queued.attempts + 1);
    let refused = matches!(error, MailError::Refused(_));
    let given_up = refused || next >= queued.created_at + PATIENCE;
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    tracing::warn!(mail.id = %queued.id, letter = %queued.letter, given_up, error = %error, cause, "a mail was not sent");
    Ok(if given_up { DeliveryOutcome::GivenUp } else { DeliveryOutcome::Later(next) })
}

/// Waits that grow: 5 seconds, 10, 20 … up to an hour.
fn pause_after(attempts: u32) -> Duration {
    let doubled = 2_i32.saturating_pow(attempts.saturating_sub(1)).min(720);
    Duration::seconds(5) * doubled
}

/// What the mail says; `None` when there is nothing left to say.
async fn letter(app: &App, queued: &QueuedMail) -> Result<Option<Letter>, Error> {
    match (queued.letter, queued.subject) {
        (LetterKind::ConfirmEmail, Some(token)) => {
            let change = app.store().email_change(token).await?;
            let now = app.now();
            Ok(change.filter(|change| change.is_open(now)).map(|change| Letter::ConfirmEmail {
                link: format!(
                    "{}/confirm-email#token={}",
                    app.parts.settings.public_url,
                    secret(app, change.token)
                ),
                minutes: EmailChange::LIFETIME.num_minutes(),
            }))
        }
        (LetterKind::ConfirmEmail, None) => Ok(None),
        (LetterKind::EmailChangeAsked, _) => Ok(Some(Letter::EmailChangeAsked)),
    }
}

/// The token of a mail: derived, so that it is nowhere but in the mail.
pub(crate) fn secret(app: &App, token: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(app.parts.derivation.tag("email-confirmation", token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_an_hour() {
        let seconds: Vec<i64> = (1..14).map(|n| pause_after(n).num_seconds()).collect();
        assert_eq!(seconds[..4], [5, 10, 20, 40]);
        assert_eq!((seconds[12], pause_after(u32::MAX).num_seconds()), (3600, 3600));
    }
}
