//! Promoters given inline.

use medcert_application::certification::{NewPromoter, PersonInput};
use medcert_domain::{catalog::Institution, people::PromoterType, text};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    NAMES, WORDS,
    person::{PersonText, Scope, person},
};
use crate::{
    codes::{DocumentTypeCode, PromoterTypeCode},
    reading::{Reader, code, line, note},
};

/// Who sent the client: found again by document or tax id, or made.
///
/// PERSON needs document and names, COMPANY a `legal_name`, OTHER a `name`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPromoter)]
pub(crate) struct PromoterBody {
    /// What it is.
    #[serde(rename = "type")]
    #[schema(required = true, value_type = PromoterTypeCode, example = "COMPANY")]
    kind: Option<String>,
    /// PERSON: kind of identity document.
    #[schema(value_type = Option<DocumentTypeCode>)]
    document_type: Option<String>,
    /// PERSON: country that issued the document, ISO 3166-1 alpha-2.
    document_country: Option<String>,
    /// PERSON: number of the document.
    document_number: Option<String>,
    /// PERSON: given names.
    #[schema(max_length = 150)]
    given_names: Option<String>,
    /// PERSON: family names.
    #[schema(max_length = 150)]
    family_names: Option<String>,
    /// COMPANY: legal name.
    #[schema(max_length = 150, example = "Transportes Andinos S.A.C.")]
    legal_name: Option<String>,
    /// OTHER: name.
    #[schema(max_length = 150)]
    name: Option<String>,
    /// Tax id.
    #[schema(max_length = 30, example = "20100070970")]
    tax_id: Option<String>,
    /// E-mail address.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// Telephone.
    #[schema(max_length = 20)]
    phone: Option<String>,
    /// Comment.
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

impl PromoterBody {
    pub(super) fn read(&self, r: &mut Reader<'_>, profile: &Institution) -> Option<NewPromoter> {
        let kind: Option<PromoterType> = r.required("type", self.kind.as_deref(), code);
        let person = match kind {
            Some(PromoterType::Person) => Some(person(r, &self.person(), Scope::Whole, profile)),
            Some(kind) => {
                self.refuse_person(r, kind);
                Some(PersonInput::default())
            }
            None => None,
        };
        let mut named = |field: &'static str, typed: Option<&str>, of: PromoterType| match kind {
            Some(kind) if kind == of => r.required(field, typed, line(NAMES)),
            Some(kind) => {
                if typed.is_some() {
                    unexpected(r, field, kind);
                }
                None
            }
            None => None,
        };
        let legal_name = named("legal_name", self.legal_name.as_deref(), PromoterType::Company);
        let name = named("name", self.name.as_deref(), PromoterType::Other);
        let tax_id = r.optional("tax_id", self.tax_id.as_deref(), line(30));
        let email = r.optional("email", self.email.as_deref(), text::email);
        let phone = r.optional("phone", self.phone.as_deref(), text::phone);
        let comment = r.optional("comment", self.comment.as_deref(), note(WORDS));
        Some(NewPromoter {
            kind: kind?,
            person: person?,
            name: legal_name.or(name),
            tax_id,
            email,
            phone,
            comment,
        })
    }

    fn person(&self) -> PersonText {
        let said = |field: &Option<String>| field.clone().map(Some);
        PersonText {
            document_type: said(&self.document_type),
            document_country: said(&self.document_country),
            document_number: said(&self.document_number),
            given_names: said(&self.given_names),
            family_names: said(&self.family_names),
            ..PersonText::default()
        }
    }

    fn refuse_person(&self, r: &mut Reader<'_>, kind: PromoterType) {
        let fields = [
            ("document_type", &self.document_type),
            ("document_country", &self.document_country),
            ("document_number", &self.document_number),
            ("given_names", &self.given_names),
            ("family_names", &self.family_names),
        ];
        for (field, _) in fields.iter().filter(|(_, typed)| typed.is_some()) {
            unexpected(r, field, kind);
        }
    }
}

fn unexpected(r: &mut Reader<'_>, field: &str, kind: PromoterType) {
    r.fault(field, "unexpected", format!("does not belong to a promoter of type {kind}"));
}
