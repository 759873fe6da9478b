//! A post office that keeps what it is given.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use medcert_application::mail::{Letter, Mail, MailError, Mailer};

/// Keeps mails instead of sending them.
#[derive(Debug, Default)]
pub struct Mailbox {
    mails: Mutex<Vec<Mail>>,
    refusing: Mutex<Option<bool>>,
}

impl Mailbox {
    /// An empty one.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// From now on refuses every mail for ever (`Some(true)`), for now (`Some(false)`), or none.
    pub fn refuse(&self, how: Option<bool>) {
        *self.refusing.lock().expect("nobody panicked") = how;
    }

    /// Everything that was taken over.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().expect("nobody panicked").clone()
    }

    /// The token of the newest letter that asks to confirm this address.
    pub fn token(&self, address: &str) -> String {
        let mails = self.mails();
        let link = mails.iter().rev().filter(|mail| mail.to == address).find_map(|mail| match &mail.letter {
            Letter::ConfirmEmail { link, .. } => Some(link.clone()),
            Letter::EmailChangeAsked => None,
        });
        let link = link.expect("a letter to this address");
        link.split_once("#token=").expect("a link with a token").1.to_owned()
    }
}

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        match *self.refusing.lock().expect("nobody panicked") {
            Some(true) => return Err(MailError::Refused("no such box".into())),
            Some(false) => return Err(MailError::Failed("closed".into())),
            None => {}
        }
        self.mails.lock().expect("nobody panicked").push(mail.clone());
        Ok(())
    }
}
