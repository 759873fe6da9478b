//! Promoters given inline.

use medcert_application::people::{NewPromoter, PersonInput};
use medcert_domain::{Invalid, catalog::Institution, people::PromoterType, text};
use serde::Deserialize;
use utoipa::ToSchema;

use super::person_body::{PersonText, Scope, person};
use crate::{
    codes::{DocumentTypeCode, PromoterTypeCode},
    money::MoneyBody,
    parse::{MAX_COMMENT_LEN, MAX_NAME_LEN, ParseBody, Reader, code, id, line, note, read},
};

/// Who sent the client: found again by document or tax id, or made.
///
/// PERSON needs document and names, COMPANY a `legal_name`, OTHER a `name`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPromoter, example = json!({
    "type": "COMPANY", "legal_name": "Transportes Andinos S.A.C.", "tax_id": "20100070970",
    "email": "rrhh@example.org", "fee": {"amount": "15.00", "currency": "PEN"}
}))]
pub(crate) struct PromoterBody {
    /// What it is.
    #[serde(rename = "type")]
    #[schema(required = true, value_type = PromoterTypeCode, example = "COMPANY")]
    kind: Option<String>,
    /// PERSON: who, when known already; otherwise document and names.
    #[schema(value_type = Option<uuid::Uuid>)]
    person_id: Option<String>,
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
    /// Where the institution knows it from: one of its sources.
    #[schema(value_type = Option<uuid::Uuid>)]
    source_id: Option<String>,
    /// What it is paid for each client, as agreed.
    fee: Option<MoneyBody>,
    /// Comment.
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

impl ParseBody<NewPromoter> for PromoterBody {
    fn values(&self, profile: &Institution) -> Result<NewPromoter, Invalid> {
        read(|r| self.read(r, profile))
    }
}

/// A tax id as typed: blanks, dots, hyphens and slashes are dropped, letters raised.
pub(crate) fn tax_id(typed: &str) -> Result<String, Invalid> {
    let kept = |c: &char| !matches!(c, ' ' | '-' | '.' | '/');
    let plain: String = line(30)(typed)?.chars().filter(kept).flat_map(char::to_uppercase).collect();
    if plain.is_empty() { Err(Invalid::one("", "blank", "must not be empty")) } else { Ok(plain) }
}

impl PromoterBody {
    pub(crate) fn read(&self, r: &mut Reader<'_>, profile: &Institution) -> Option<NewPromoter> {
        let kind: Option<PromoterType> = r.required("type", self.kind.as_deref(), code);
        let known = r.optional("person_id", self.person_id.as_deref(), id);
        let person = match kind {
            Some(PromoterType::Person) if self.person_id.is_some() => {
                for field in self.said_of_person() {
                    r.fault(field, "contradiction", "is given by person_id already");
                }
                Some(PersonInput::default())
            }
            Some(PromoterType::Person) => Some(person(r, &self.person(), Scope::Whole, profile)),
            Some(kind) => {
                for field in self.person_id.iter().map(|_| "person_id").chain(self.said_of_person()) {
                    unexpected(r, field, kind);
                }
                Some(PersonInput::default())
            }
            None => None,
        };
        let mut named = |field: &'static str, typed: Option<&str>, of: PromoterType| match kind {
            Some(kind) if kind == of => r.required(field, typed, line(MAX_NAME_LEN)),
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
        let tax_id = r.optional("tax_id", self.tax_id.as_deref(), tax_id);
        let email = r.optional("email", self.email.as_deref(), text::email);
        let phone = r.optional("phone", self.phone.as_deref(), text::phone);
        let source = r.optional("source_id", self.source_id.as_deref(), id);
        let fee = self.fee.as_ref().and_then(|fee| fee.read(r, "fee"));
        let comment = r.optional("comment", self.comment.as_deref(), note(MAX_COMMENT_LEN));
        Some(NewPromoter {
            kind: kind?,
            person_id: known,
            person: person?,
            name: legal_name.or(name),
            tax_id,
            email,
            phone,
            source,
            fee,
            comment,
        })
    }

    fn person(&self) -> PersonText {
        let patch = |field: &Option<String>| field.clone().map(Some);
        PersonText {
            document_type: patch(&self.document_type),
            document_country: patch(&self.document_country),
            document_number: patch(&self.document_number),
            given_names: patch(&self.given_names),
            family_names: patch(&self.family_names),
            ..PersonText::default()
        }
    }

    /// Fields of the person that were given.
    fn said_of_person(&self) -> impl Iterator<Item = &'static str> {
        let fields = [
            ("document_type", &self.document_type),
            ("document_country", &self.document_country),
            ("document_number", &self.document_number),
            ("given_names", &self.given_names),
            ("family_names", &self.family_names),
        ];
        fields.into_iter().filter(|(_, typed)| typed.is_some()).map(|(field, _)| field)
    }
}

fn unexpected(r: &mut Reader<'_>, field: &str, kind: PromoterType) {
    r.fault(field, "unexpected", format!("does not belong to a promoter of type {kind}"));
}
