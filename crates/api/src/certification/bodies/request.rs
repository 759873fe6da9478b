//! Registering and editing.

use medcert_application::{
    certification::{CareInput, EditInput, Payload, RegisterInput},
    people::{GuardianInput, PersonInput, PromoterInput},
};
use medcert_domain::{
    Invalid,
    catalog::Institution,
    certification::{Care, CareMode},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    codes::CareModeCode,
    field::Field,
    parse::{MAX_COMMENT_LEN, MAX_REFERENCE_LEN, ParseBody, Patch, Reader, code, id, line, note, read},
    people::{ClientBody, ClientChanges, GuardianBody, GuardianChanges, PromoterBody},
};

/// How and where the client is to be seen.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Care)]
pub(crate) struct CareBody {
    /// How.
    #[schema(required = true, value_type = CareModeCode, example = "ON_SITE")]
    mode: Option<String>,
    /// Where.
    #[schema(max_length = 255, example = "Sede Miraflores")]
    place: Option<String>,
}

impl CareBody {
    fn read(&self, r: &mut Reader<'_>) -> Option<Care> {
        let mode: Option<CareMode> = r.required("mode", self.mode.as_deref(), code);
        let place = r.optional("place", self.place.as_deref(), line(255));
        Some(Care { mode: mode?, place })
    }
}

/// Changes to how and where the client is to be seen: what is left out stays, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CareChanges)]
pub(crate) struct CareChanges {
    /// How; required when nothing was said before.
    #[serde(default)]
    #[schema(required = false, value_type = CareModeCode, example = "ON_SITE")]
    mode: Field<String>,
    /// Where.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255, example = "Sede Miraflores")]
    place: Field<String>,
}

impl CareChanges {
    fn read(&self, r: &mut Reader<'_>) -> CareInput {
        let mode = match &self.mode {
            Field::Absent => None,
            Field::Null => {
                r.missing("mode");
                None
            }
            Field::Value(typed) => r.required("mode", Some(typed), code),
        };
        CareInput { mode, place: r.patched("place", self.place.clone().change().as_ref(), line(255)) }
    }
}

/// A new request.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCertificationRequest, example = json!({
    "client": {
        "document_type": "DNI", "document_number": "45678912", "given_names": "María Elena",
        "family_names": "Quispe Rojas", "birth_date": "1990-04-12", "phone": "+51 987 654 321"
    },
    "service_id": "01940000-0000-7000-8000-0000000000a1",
    "care": {"mode": "ON_SITE", "place": "Sede Miraflores"}
}))]
pub(crate) struct RegisterBody {
    /// Whom the certificate is about.
    #[schema(required = true, value_type = ClientBody)]
    client: Option<ClientBody>,
    /// Who stands for the client.
    guardian: Option<GuardianBody>,
    /// Who sent the client, when known; not together with `promoter`.
    #[schema(value_type = Option<Uuid>)]
    promoter_id: Option<String>,
    /// Who sent the client, given inline; not together with `promoter_id`.
    promoter: Option<PromoterBody>,
    /// What is asked for.
    #[schema(value_type = Option<Uuid>)]
    service_id: Option<String>,
    /// How the client is to be seen.
    care: Option<CareBody>,
    /// Reference in the caller's own system.
    #[schema(max_length = 100)]
    external_reference: Option<String>,
    /// Comment.
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

fn both(r: &mut Reader<'_>) {
    r.fault("promoter", "contradiction", "must not be given together with promoter_id");
}

impl ParseBody<RegisterInput> for RegisterBody {
    fn values(&self, profile: &Institution) -> Result<RegisterInput, Invalid> {
        read(|r| {
            let client = self.client.as_ref().map(|client| client.read(&mut r.inside("client"), profile));
            if client.is_none() {
                r.missing("client");
            }
            let guardian = self.guardian.as_ref().and_then(|g| g.read(&mut r.inside("guardian"), profile));
            let promoter = match (&self.promoter_id, &self.promoter) {
                (Some(_), Some(_)) => {
                    both(r);
                    None
                }
                (Some(typed), None) => r.required("promoter_id", Some(typed), id).map(PromoterInput::Known),
                (None, Some(promoter)) => inline(r, promoter, profile),
                (None, None) => None,
            };
            let service =
                self.service_id.as_deref().and_then(|typed| r.required("service_id", Some(typed), id));
            let care = self.care.as_ref().and_then(|care| care.read(&mut r.inside("care")));
            let reference = self.external_reference.as_deref();
            let external_reference = r.optional("external_reference", reference, line(MAX_REFERENCE_LEN));
            let comment = r.optional("comment", self.comment.as_deref(), note(MAX_COMMENT_LEN));
            Some(RegisterInput {
                client: client?,
                guardian,
                promoter,
                service,
                care,
                external_reference,
                comment,
            })
        })
    }
}

fn inline(r: &mut Reader<'_>, promoter: &PromoterBody, profile: &Institution) -> Option<PromoterInput> {
    promoter.read(&mut r.inside("promoter"), profile).map(|new| PromoterInput::Inline(Box::new(new)))
}

/// Changes to a request as a merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CertificationRequestChanges, example = json!({
    "client": {"phone": "+51 912 345 678"}, "guardian": null, "comment": "Called back"
}))]
pub(crate) struct EditBody {
    /// Changes to the client.
    #[serde(default)]
    #[schema(required = false, value_type = ClientChanges)]
    client: Field<ClientChanges>,
    /// Changes to the guardian, another guardian, or null for none.
    #[serde(default)]
    #[schema(value_type = Option<GuardianChanges>)]
    guardian: Field<GuardianChanges>,
    /// Another promoter, or null for none; not together with `promoter`.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    promoter_id: Field<String>,
    /// Another promoter given inline, or null for none; not together with `promoter_id`.
    #[serde(default)]
    #[schema(value_type = Option<PromoterBody>)]
    promoter: Field<PromoterBody>,
    /// Another service, or null for none.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    service_id: Field<String>,
    /// How the client is to be seen, as a whole; null for open.
    #[serde(default)]
    #[schema(value_type = Option<CareChanges>)]
    care: Field<CareChanges>,
    /// Reference in the caller's own system.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    external_reference: Field<String>,
    /// Comment.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    comment: Field<String>,
}

impl EditBody {
    fn client(&self, r: &mut Reader<'_>, profile: &Institution) -> Option<PersonInput> {
        match &self.client {
            Field::Absent => None,
            Field::Value(client) => Some(client.read(&mut r.inside("client"), profile)),
            Field::Null => {
                r.missing("client");
                None
            }
        }
    }

    fn guardian(&self, r: &mut Reader<'_>, profile: &Institution) -> Patch<GuardianInput> {
        match &self.guardian {
            Field::Absent => None,
            Field::Null => Some(None),
            Field::Value(guardian) => Some(Some(guardian.read(&mut r.inside("guardian"), profile))),
        }
    }

    fn promoter(&self, r: &mut Reader<'_>, profile: &Institution) -> Patch<PromoterInput> {
        match (&self.promoter_id, &self.promoter) {
            (Field::Value(_), Field::Value(_)) => {
                both(r);
                None
            }
            (Field::Value(typed), _) => {
                r.required("promoter_id", Some(typed), id).map(|id| Some(PromoterInput::Known(id)))
            }
            (_, Field::Value(promoter)) => inline(r, promoter, profile).map(Some),
            (Field::Absent, Field::Absent) => None,
            (Field::Null, _) | (_, Field::Null) => Some(None),
        }
    }

    pub(super) fn edit(&self, r: &mut Reader<'_>, profile: &Institution) -> EditInput {
        EditInput {
            client: self.client(r, profile),
            guardian: self.guardian(r, profile),
            promoter: self.promoter(r, profile),
            service: match &self.service_id {
                Field::Absent => None,
                Field::Null => Some(None),
                Field::Value(typed) => r.required("service_id", Some(typed), id).map(Some),
            },
            care: match &self.care {
                Field::Absent => None,
                Field::Null => Some(None),
                Field::Value(care) => Some(Some(care.read(&mut r.inside("care")))),
            },
            external_reference: r.patched(
                "external_reference",
                self.external_reference.clone().change().as_ref(),
                line(MAX_REFERENCE_LEN),
            ),
            comment: r.patched("comment", self.comment.clone().change().as_ref(), note(MAX_COMMENT_LEN)),
        }
    }
}

impl ParseBody<Payload> for EditBody {
    fn values(&self, profile: &Institution) -> Result<Payload, Invalid> {
        read(|r| Some(Payload::Edit(Box::new(self.edit(r, profile)))))
    }
}
