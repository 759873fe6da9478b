//! Reading a person, whichever body it came in.

use medcert_application::people::{DocumentInput, PersonInput};
use medcert_domain::{
    Country, Invalid,
    catalog::Institution,
    people::{Document, DocumentType, PersonPatch},
    text,
};

use super::PersonText;
use crate::parse::{MAX_NAME_LEN, Reader, code, date, line};

/// Whether all that is required must be said, or only what changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Whole,
    Changes,
}

/// Reads a field that cannot be cleared.
pub(super) fn kept<T>(
    r: &mut Reader<'_>,
    field: &str,
    patch: Option<&Option<String>>,
    scope: Scope,
    read: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Option<T> {
    match patch {
        None if scope == Scope::Changes => None,
        None | Some(None) => {
            r.missing(field);
            None
        }
        Some(Some(typed)) => r.required(field, Some(typed), read),
    }
}

/// Reads a person. Gives a value whatever was wrong: the faults are noted.
pub(crate) fn person(
    r: &mut Reader<'_>,
    text: &PersonText,
    scope: Scope,
    profile: &Institution,
) -> PersonInput {
    let document = document(r, text, scope, profile);
    let fields = PersonPatch {
        given_names: kept(r, "given_names", text.given_names.as_ref(), scope, line(MAX_NAME_LEN)),
        family_names: kept(r, "family_names", text.family_names.as_ref(), scope, line(MAX_NAME_LEN)),
        birth_date: r.patched("birth_date", text.birth_date.as_ref(), date),
        email: r.patched("email", text.email.as_ref(), text::email),
        phone: r.patched("phone", text.phone.as_ref(), text::phone),
        phone_2: r.patched("phone_2", text.phone_2.as_ref(), text::phone),
        landline: r.patched("landline", text.landline.as_ref(), text::phone),
        address: r.patched("address", text.address.as_ref(), line(500)),
        preferred_locale: r.patched("preferred_locale", text.preferred_locale.as_ref(), code),
        comment: None,
    };
    // A blank in a whole document is like a field left out: it must not clear what is known of the person.
    let fields = if scope == Scope::Whole { without_clearing(fields) } else { fields };
    PersonInput { document, fields }
}

fn without_clearing(fields: PersonPatch) -> PersonPatch {
    PersonPatch {
        birth_date: fields.birth_date.filter(Option::is_some),
        email: fields.email.filter(Option::is_some),
        phone: fields.phone.filter(Option::is_some),
        phone_2: fields.phone_2.filter(Option::is_some),
        landline: fields.landline.filter(Option::is_some),
        address: fields.address.filter(Option::is_some),
        preferred_locale: fields.preferred_locale.filter(Option::is_some),
        ..fields
    }
}

fn document(
    r: &mut Reader<'_>,
    text: &PersonText,
    scope: Scope,
    profile: &Institution,
) -> Option<DocumentInput> {
    let untouched = text.document_type.is_none()
        && text.document_number.is_none()
        && text.document_country.as_ref().is_none_or(Option::is_none);
    if scope == Scope::Changes && untouched {
        return None;
    }
    let kind: Option<DocumentType> = kept(r, "document_type", text.document_type.as_ref(), scope, code);
    let country = r.patched("document_country", text.document_country.as_ref(), |typed| {
        Country::parse(typed)
            .ok_or_else(|| Invalid::one("", "country", "must be two upper-case letters (ISO 3166-1)"))
    });
    let country = country.flatten();
    let number = kept(r, "document_number", text.document_number.as_ref(), scope, |typed| match kind {
        Some(kind) => Document::parse(kind, country.unwrap_or(profile.country), typed).map(|d| d.number),
        // Which rule the number must keep to is open until the present document is known.
        None => Ok(typed.to_owned()),
    });
    Some(DocumentInput { kind, country, number })
}
