//! The letters in every language: plain text, and no more of anybody than the reader knows anyway.

mod en;
mod es;
mod pt;
mod uk;

use medcert_application::mail::{Letter, Mail};
use medcert_domain::Locale;

/// A letter as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// One line, the same for everybody.
    pub(crate) subject: &'static str,
    /// Plain text.
    pub(crate) body: String,
}

/// The words of one language.
pub(crate) struct Texts {
    /// Subject of a letter that asks to confirm an address.
    confirm_subject: &'static str,
    /// Its body: institution, link, minutes.
    confirm: fn(&str, &str, i64) -> String,
    /// Subject of a letter that tells of a new address.
    asked_subject: &'static str,
    /// Its body: institution.
    asked: fn(&str) -> String,
}

/// What the mail says in its language.
pub(crate) fn written(mail: &Mail) -> Written {
    let texts = match mail.locale {
        Locale::En => &en::TEXTS,
        Locale::Es => &es::TEXTS,
        Locale::Pt => &pt::TEXTS,
        Locale::Uk => &uk::TEXTS,
    };
    match &mail.letter {
        Letter::ConfirmEmail { link, minutes } => Written {
            subject: texts.confirm_subject,
            body: (texts.confirm)(&mail.institution, link, *minutes),
        },
        Letter::EmailChangeAsked => {
            Written { subject: texts.asked_subject, body: (texts.asked)(&mail.institution) }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn every_language_has_every_letter() {
        let link = "https://clinic.example/confirm-email#token=abc";
        let mut subjects = std::collections::BTreeSet::new();
        for locale in Locale::ALL {
            for letter in
                [Letter::ConfirmEmail { link: link.to_owned(), minutes: 30 }, Letter::EmailChangeAsked]
            {
                let mail = Mail {
                    id: Uuid::nil(),
                    to: "ana@example.org".to_owned(),
                    locale: *locale,
                    institution: "Clínica San Rafael".to_owned(),
                    letter: letter.clone(),
                };
                let written = written(&mail);
                assert!(written.body.contains("Clínica San Rafael") && written.body.ends_with('\n'));
                assert!(!written.body.contains("ana@") && !written.subject.contains('\n'));
                let asks = matches!(letter, Letter::ConfirmEmail { .. });
                // On a line of its own, so that no programme takes a full stop for a part of it.
                assert_eq!(written.body.lines().any(|line| line == link), asks);
                assert_eq!(written.body.contains("30"), asks);
                subjects.insert(written.subject);
            }
        }
        assert_eq!(subjects.len(), 8);
    }
}
