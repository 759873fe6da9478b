//! Promoters as they are sent: by themselves, or inline in a request.

use medcert_application::people::{NewPromoter, PersonInput, PromoterEdit};
use medcert_domain::{
    Invalid,
    institution::Institution,
    people::{PromoterPatch, PromoterType},
    text,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::person_body::PersonFields;
use crate::{
    field::Field,
    fields::body,
    money::MoneyBody,
    parse::{MAX_COMMENT_LEN, MAX_NAME_LEN, ParseBody, Reader, code, id, line, note, read_as},
    people::codes::{DocumentTypeCode, PromoterTypeCode},
};

/// What is said of a promoter.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromoterFields {
    /// What it is.
    #[serde(default, rename = "type")]
    #[schema(value_type = PromoterTypeCode, example = "COMPANY")]
    kind: Field<String>,
    /// PERSON: who, when known already; otherwise document and names.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    person_id: Field<String>,
    /// PERSON: kind of identity document.
    #[serde(default)]
    #[schema(value_type = Option<DocumentTypeCode>)]
    document_type: Field<String>,
    /// PERSON: country that issued the document, ISO 3166-1 alpha-2.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    document_country: Field<String>,
    /// PERSON: number of the document.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    document_number: Field<String>,
    /// PERSON: given names.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 150)]
    given_names: Field<String>,
    /// PERSON: family names.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 150)]
    family_names: Field<String>,
    /// COMPANY: legal name.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 150, example = "Transportes Andinos S.A.C.")]
    legal_name: Field<String>,
    /// OTHER: name. A PERSON is renamed among the people.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 150)]
    name: Field<String>,
    /// Tax id.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 30, example = "20100070970")]
    tax_id: Field<String>,
    /// E-mail address.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254)]
    email: Field<String>,
    /// Telephone.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20)]
    phone: Field<String>,
    /// Where the institution knows it from: one of its sources.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    source_id: Field<String>,
    /// What it is paid for each client, as agreed.
    #[serde(default)]
    #[schema(value_type = Option<MoneyBody>)]
    fee: Field<MoneyBody>,
    /// Comment.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    comment: Field<String>,
}

body! {
    /// Who sent the client: found again by document or tax id, or made.
    ///
    /// PERSON needs document and names, COMPANY a `legal_name`, OTHER a `name`.
    pub(crate) PromoterBody = "NewPromoter": Whole PromoterFields,
    defaults ["legal_name", "name"],
    example {
        "type": "COMPANY", "legal_name": "Transportes Andinos S.A.C.", "tax_id": "20100070970",
        "email": "rrhh@example.org", "fee": {"amount": "15.00", "currency": "PEN"}
    }
}

body! {
    /// Changes to a promoter: what is left out stays, null clears. What it is stays for ever.
    pub(crate) PromoterChanges = "PromoterChanges": Changes PromoterFields,
    without [
        "type", "person_id", "document_type", "document_country", "document_number", "given_names", "family_names"
    ],
    example {"phone": "+51 1 555 0100", "fee": null}
}

impl ParseBody<NewPromoter> for PromoterBody {
    fn values(&self, profile: &Institution) -> Result<NewPromoter, Invalid> {
        read_as(Self::SCOPE, |r| self.0.read(r, profile))
    }
}

impl ParseBody<PromoterEdit> for PromoterChanges {
    fn values(&self, _: &Institution) -> Result<PromoterEdit, Invalid> {
        let fields = &self.0;
        read_as(Self::SCOPE, |r| {
            r.unknown("type", &fields.kind);
            for (field, typed) in fields.of_person() {
                r.unknown(field, typed);
            }
            Some(PromoterEdit {
                legal_name: r.text("legal_name", &fields.legal_name, line(MAX_NAME_LEN)),
                name: r.text("name", &fields.name, line(MAX_NAME_LEN)),
                fields: fields.patch(r),
            })
        })
    }
}

/// A tax id as typed: blanks, dots, hyphens and slashes are dropped, letters raised.
pub(crate) fn tax_id(typed: &str) -> Result<String, Invalid> {
    let kept = |c: &char| !matches!(c, ' ' | '-' | '.' | '/');
    let plain: String = line(30)(typed)?.chars().filter(kept).flat_map(char::to_uppercase).collect();
    if plain.is_empty() { Err(Invalid::one("", "blank", "must not be empty")) } else { Ok(plain) }
}

impl PromoterFields {
    /// A new promoter, for a reader of a whole body.
    pub(crate) fn read(&self, r: &mut Reader<'_>, profile: &Institution) -> Option<NewPromoter> {
        let kind: Option<PromoterType> = r.text("type", &self.kind, code);
        let known = r.clearable("person_id", &self.person_id, id).flatten();
        let person = match kind {
            Some(PromoterType::Person) if matches!(self.person_id, Field::Value(_)) => {
                for field in self.said_of_person().filter(|field| *field != "person_id") {
                    r.fault(field, "contradiction", "is given by person_id already");
                }
                Some(PersonInput::default())
            }
            Some(PromoterType::Person) => Some(self.person().read(r, profile)),
            Some(kind) => {
                for field in self.said_of_person() {
                    unexpected(r, field, kind);
                }
                Some(PersonInput::default())
            }
            None => None,
        };
        let mut named = |field: &'static str, typed: &Field<String>, of: PromoterType| match kind {
            Some(kind) if kind == of => r.text(field, typed, line(MAX_NAME_LEN)),
            Some(kind) => {
                if matches!(typed, Field::Value(_)) {
                    unexpected(r, field, kind);
                }
                None
            }
            None => None,
        };
        let legal_name = named("legal_name", &self.legal_name, PromoterType::Company);
        let name = named("name", &self.name, PromoterType::Other);
        let fields = self.patch(r);
        Some(NewPromoter {
            kind: kind?,
            person_id: known,
            person: person?,
            name: legal_name.or(name),
            fields,
        })
    }

    fn patch(&self, r: &mut Reader<'_>) -> PromoterPatch {
        PromoterPatch {
            tax_id: r.clearable("tax_id", &self.tax_id, tax_id),
            email: r.clearable("email", &self.email, text::email),
            phone: r.clearable("phone", &self.phone, text::phone),
            source: r.clearable("source_id", &self.source_id, id),
            fee: r.set_clearable(&self.fee, |r, fee| fee.read(r, "fee")),
            comment: r.clearable("comment", &self.comment, note(MAX_COMMENT_LEN)),
        }
    }

    fn person(&self) -> PersonFields {
        PersonFields {
            document_type: self.document_type.clone(),
            document_country: self.document_country.clone(),
            document_number: self.document_number.clone(),
            given_names: self.given_names.clone(),
            family_names: self.family_names.clone(),
            ..PersonFields::default()
        }
    }

    /// The fields that say who it is.
    fn of_person(&self) -> [(&'static str, &Field<String>); 6] {
        [
            ("person_id", &self.person_id),
            ("document_type", &self.document_type),
            ("document_country", &self.document_country),
            ("document_number", &self.document_number),
            ("given_names", &self.given_names),
            ("family_names", &self.family_names),
        ]
    }

    /// Those of them that were given.
    fn said_of_person(&self) -> impl Iterator<Item = &'static str> {
        let given = self.of_person().into_iter().filter(|(_, typed)| matches!(typed, Field::Value(_)));
        given.map(|(field, _)| field)
    }
}

fn unexpected(r: &mut Reader<'_>, field: &str, kind: PromoterType) {
    r.fault(field, "unexpected", format!("does not belong to a promoter of type {kind}"));
}
