//! English.

use super::Texts;

pub(super) const TEXTS: Texts = Texts {
    confirm_subject: "Confirm your new e-mail address",
    confirm: |institution, link, minutes| {
        format!(
            "This address was given as the new address of an account at {institution}.\n\n\
             If that was you, confirm it within {minutes} minutes:\n\n{link}\n\n\
             You will then sign in with this address. If it was not you, ignore this letter.\n"
        )
    },
    asked_subject: "A new e-mail address was asked for",
    asked: |institution| {
        format!(
            "Somebody signed in with your account at {institution} asked to change its e-mail address. The new address \
             counts once it is confirmed.\n\n\
             If that was not you, change your password now and tell the administration of {institution}.\n"
        )
    },
};
