//! Mails as files, for a demonstration that has nobody to write to.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use medcert_application::mail::{Mail, MailError, Mailer};

use crate::letters::written;

/// Writes each mail into a file of its own, which only the owner reads.
#[derive(Debug, Clone)]
pub struct FolderMailer {
    folder: PathBuf,
}

impl FolderMailer {
    /// Into this folder, which is made when it is first needed.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

fn write(folder: &Path, mail: &Mail) -> std::io::Result<()> {
    let letter = written(mail);
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("{}.txt", mail.id));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    write!(file, "To: {}\nSubject: {}\n\n{}", mail.to, letter.subject, letter.body)
}

#[async_trait]
impl Mailer for FolderMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let (folder, mail) = (self.folder.clone(), mail.clone());
        let done = tokio::task::spawn_blocking(move || write(&folder, &mail)).await;
        done.map_err(|error| MailError::Failed(error.into()))?
            .map_err(|error| MailError::Failed(error.into()))
    }
}
