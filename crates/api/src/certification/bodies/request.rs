//! Registering and editing.

use medcert_application::{
    certification::{CareInput, Payload, RequestInput},
    people::PromoterInput,
};
use medcert_domain::{
    Invalid,
    certification::{Priority, RequestPatch},
    institution::Institution,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    certification::codes::CareModeCode,
    codes::wire,
    field::Field,
    fields::body,
    parse::{MAX_COMMENT_LEN, MAX_REFERENCE_LEN, ParseBody, Patch, Reader, code, id, line, note, read_as},
    people::{
        ClientBody, ClientChanges, GuardianBody, GuardianChanges, PersonFields, PromoterBody, PromoterFields,
    },
};

wire! {
    PriorityCode = Priority, "Priority", "How soon a request is to be worked on.";
}

/// How and where the client is to be seen.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CareFields {
    /// How; required when nothing was said before.
    #[serde(default)]
    #[schema(value_type = CareModeCode, example = "ON_SITE")]
    mode: Field<String>,
    /// Where.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255, example = "Sede Miraflores")]
    place: Field<String>,
}

impl CareFields {
    fn read(&self, r: &mut Reader<'_>) -> CareInput {
        CareInput {
            mode: r.text("mode", &self.mode, code),
            place: r.clearable("place", &self.place, line(255)),
        }
    }
}

body! {
    /// How and where the client is to be seen.
    pub(crate) CareBody = "Care": Whole CareFields
}

body! {
    /// Changes to how and where the client is to be seen: what is left out stays, null clears.
    pub(crate) CareChanges = "CareChanges": Changes CareFields
}

/// What is said of a request: as `C` of the client, as `G` of the guardian and as `K` of the care.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestFields<C, G, K> {
    /// Whom the certificate is about.
    #[serde(default)]
    #[schema(value_type = C)]
    client: Field<C>,
    /// Who stands for the client; null for nobody.
    #[serde(default)]
    #[schema(value_type = Option<G>)]
    guardian: Field<G>,
    /// Who sent the client, when known; not together with `promoter`.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    promoter_id: Field<String>,
    /// Who sent the client, given inline; not together with `promoter_id`.
    #[serde(default)]
    #[schema(value_type = Option<PromoterBody>)]
    promoter: Field<PromoterBody>,
    /// What is asked for.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    service_id: Field<String>,
    /// How the client is to be seen; null for open.
    #[serde(default)]
    #[schema(value_type = Option<K>)]
    care: Field<K>,
    /// Reference in the caller's own system.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    external_reference: Field<String>,
    /// Comment.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    comment: Field<String>,
    /// How soon it is to be worked on; `NORMAL` when left out.
    #[serde(default)]
    #[schema(value_type = PriorityCode, example = "NORMAL")]
    priority: Field<String>,
}

impl<C: AsRef<PersonFields> + Clone, G: AsRef<PersonFields>, K: AsRef<CareFields>> RequestFields<C, G, K> {
    pub(super) fn read(&self, r: &mut Reader<'_>, profile: &Institution) -> RequestInput {
        let client = r.set("client", self.client.clone());
        RequestInput {
            client: client.map(|client| client.as_ref().read(&mut r.inside("client"), profile)),
            guardian: r.set_clearable(&self.guardian, |r, guardian| {
                Some(guardian.as_ref().guardian(&mut r.inside("guardian"), profile))
            }),
            promoter: self.promoter(r, profile),
            service: r.set_clearable(&self.service_id, |r, typed| r.value("service_id", id(typed))),
            care: r.set_clearable(&self.care, |r, care| Some(care.as_ref().read(&mut r.inside("care")))),
            fields: RequestPatch {
                care: None,
                external_reference: r.clearable(
                    "external_reference",
                    &self.external_reference,
                    line(MAX_REFERENCE_LEN),
                ),
                comment: r.clearable("comment", &self.comment, note(MAX_COMMENT_LEN)),
                priority: r
                    .set_or("priority", self.priority.clone(), Priority::default().code().to_owned())
                    .and_then(|typed| r.value("priority", code(&typed))),
            },
        }
    }

    fn promoter(&self, r: &mut Reader<'_>, profile: &Institution) -> Patch<PromoterInput> {
        match (&self.promoter_id, &self.promoter) {
            (Field::Value(_), Field::Value(_)) => {
                r.fault("promoter", "contradiction", "must not be given together with promoter_id");
                None
            }
            (Field::Value(typed), _) => {
                r.value("promoter_id", id(typed)).map(|id| Some(PromoterInput::Known(id)))
            }
            (_, Field::Value(promoter)) => {
                let fields: &PromoterFields = promoter.as_ref();
                let new = fields.read(&mut r.inside("promoter").scoped(PromoterBody::SCOPE), profile);
                new.map(|new| Some(PromoterInput::Inline(Box::new(new))))
            }
            (Field::Absent, Field::Absent) => None,
            (Field::Null, _) | (_, Field::Null) => (!r.is_whole()).then_some(None),
        }
    }
}

body! {
    /// A new request.
    pub(crate) RegisterBody = "NewCertificationRequest": Whole RequestFields<ClientBody, GuardianBody, CareBody>,
    of [ClientBody, GuardianBody, CareBody], defaults ["priority"],
    example {
        "client": {
            "document_type": "DNI", "document_number": "45678912", "given_names": "María Elena",
            "family_names": "Quispe Rojas", "birth_date": "1990-04-12", "phone": "+51 987 654 321"
        },
        "service_id": "01940000-0000-7000-8000-0000000000a1",
        "care": {"mode": "ON_SITE", "place": "Sede Miraflores"}
    }
}

body! {
    /// Changes to a request as a merge patch (RFC 7396): what is left out stays, null clears.
    pub(crate) EditBody =
        "CertificationRequestChanges": Changes RequestFields<ClientChanges, GuardianChanges, CareChanges>,
    of [ClientChanges, GuardianChanges, CareChanges],
    example {"client": {"phone": "+51 912 345 678"}, "guardian": null, "comment": "Called back"}
}

impl ParseBody<RequestInput> for RegisterBody {
    fn values(&self, profile: &Institution) -> Result<RequestInput, Invalid> {
        read_as(Self::SCOPE, |r| Some(self.0.read(r, profile)))
    }
}

impl ParseBody<Payload> for EditBody {
    fn values(&self, profile: &Institution) -> Result<Payload, Invalid> {
        read_as(Self::SCOPE, |r| Some(Payload::Edit(Box::new(self.0.read(r, profile)))))
    }
}
