//! The closed vocabularies as they stand in JSON and in the OpenAPI document.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use medcert_domain::{Locale, billing as b, certification as c, files as f, identity, people as p};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

/// A vocabulary of the domain: so that one reader serves them all.
pub(crate) trait Coded: Copy + 'static {
    /// Every word.
    const ALL: &'static [Self];

    /// The word as written.
    fn code(self) -> &'static str;

    /// The word read.
    fn parse(code: &str) -> Option<Self>;
}

macro_rules! wire {
    ($($wire:ident = $domain:ty, $name:literal, $doc:literal;)+) => {$(
        impl Coded for $domain {
            const ALL: &'static [Self] = <$domain>::ALL;

            fn code(self) -> &'static str {
                <$domain>::code(self)
            }

            fn parse(code: &str) -> Option<Self> {
                <$domain>::parse(code)
            }
        }

        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) struct $wire(pub(crate) $domain);

        impl From<$domain> for $wire {
            fn from(value: $domain) -> Self {
                Self(value)
            }
        }

        impl Serialize for $wire {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.code())
            }
        }

        // Views are read again when a stored answer is completed for its caller.
        impl<'de> Deserialize<'de> for $wire {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = Cow::<'de, str>::deserialize(deserializer)?;
                <$domain>::parse(&word).map(Self).ok_or_else(|| de::Error::custom("is no such word"))
            }
        }

        impl PartialSchema for $wire {
            fn schema() -> RefOr<Schema> {
                vocabulary::<$domain>($doc)
            }
        }

        impl ToSchema for $wire {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    )+};
}

fn vocabulary<E: Coded>(description: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(E::ALL.iter().map(|word| word.code())))
        .into()
}

wire! {
    ActionCode = c::Action, "Action", "What can be done to a request.";
    AssignmentRoleCode = c::AssignmentRole, "AssignmentRole", "Part that staff play in a request.";
    BlockerCode = c::Blocker, "Blocker", "A fact that stands in the way of an action the policy would allow.";
    CareModeCode = c::CareMode, "CareMode", "How the client is seen.";
    CertificateKindCode = medcert_domain::catalog::CertificateKind, "CertificateKind", "Kind of certificate; decides its title.";
    CertificateStatusCode = c::CertificateStatus, "CertificateStatus", "Where a certificate stands today.";
    ChannelCode = b::Channel, "Channel", "How money travelled.";
    CloseOutcomeCode = c::CloseOutcome, "CloseOutcome", "How a request ended without a certificate.";
    ConclusionCode = c::Conclusion, "Conclusion", "What the doctor concluded.";
    DocumentTypeCode = p::DocumentType, "DocumentType",
        "Kind of identity document: DNI (8 digits), CE (up to 12 letters or digits), PASSPORT (5 to 20), \
         RUC (11 digits with check digit), NIF (9 digits with check digit), NATIONAL_ID and OTHER (1 to 30).";
    FeeSourceCode = c::FeeSource, "FeeSource", "Where the fee of a request comes from.";
    GroupingCode = medcert_domain::reports::Grouping, "Grouping", "How a series is cut.";
    JobKindCode = medcert_domain::jobs::JobKind, "JobKind", "What a job does with its lines.";
    JobStatusCode = medcert_domain::jobs::JobStatus, "JobStatus",
        "Where a job stands: SUCCEEDED when every line was judged, FAILED when something unexpected stopped it.";
    LineOutcomeCode = medcert_domain::jobs::LineOutcome, "LineOutcome", "What came of a line.";
    FileKindCode = f::FileKind, "FileKind", "What a file is to its request.";
    LocaleCode = Locale, "Locale", "Language: BCP 47 primary tag.";
    MediaTypeCode = f::MediaType, "MediaType", "The formats that are kept.";
    MoneyDecisionCode = c::MoneyDecision, "MoneyDecision",
        "What happens to money already received when a request ends without service.";
    NotAssignableCode = p::NotAssignable, "NotAssignable", "Why a staff member cannot be given requests.";
    OverallCode = medcert_application::certification::Overall, "Overall",
        "What a stranger is told of a certificate, in one word. It says nothing of the conclusion.";
    PaymentStatusCode = b::PaymentStatus, "PaymentStatus", "What the money of a request amounts to.";
    PromoterTypeCode = p::PromoterType, "PromoterType", "What a promoter is.";
    RelationshipCode = p::Relationship, "Relationship", "Relation of a guardian to the client.";
    ReopenReasonCode = c::ReopenReason, "ReopenReason",
        "Why a request closed with a certificate is taken up again.";
    RoleCode = identity::Role, "Role", "What a user is to the institution.";
    StaffKindCode = p::StaffKind, "StaffKind", "In what relation a staff member stands to the institution.";
    StaffRoleCode = p::StaffRole, "StaffRole", "Part a staff member plays.";
    StaffStatusCode = p::StaffStatus, "StaffStatus", "Whether a staff member is at work.";
    StageCode = c::Stage, "Stage", "Where a request stands.";
    UserActionCode = identity::UserAction, "UserAction", "What an administrator can do to an account.";
    UserStatusCode = identity::UserStatus, "UserStatus", "Whether a user may sign in.";
    VerdictCode = c::Verdict, "Verdict", "Whether an evaluation may be issued.";
    WaitingForCode = c::WaitingFor, "WaitingFor", "Whose move it is.";
}

/// A moment: RFC 3339, UTC, always with six decimals, so that equal moments have equal spellings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) DateTime<Utc>);

impl From<DateTime<Utc>> for Moment {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let at = DateTime::parse_from_rfc3339(&text).map_err(de::Error::custom)?;
        Ok(Self(at.to_utc()))
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("A moment in UTC, to the microsecond."))
            .examples([json!("2026-11-20T15:04:05.123456Z")])
            .into()
    }
}

impl ToSchema for Moment {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Moment")
    }
}

/// A calendar day: `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) NaiveDate);

impl From<NaiveDate> for Day {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(de::Error::custom)
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .description(Some("A calendar day."))
            .examples([json!("2026-11-20")])
            .into()
    }
}

impl ToSchema for Day {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Day")
    }
}

/// The words in a row, for messages.
pub(crate) fn all<E: Coded>() -> String {
    E::ALL.iter().map(|word| word.code()).collect::<Vec<_>>().join(", ")
}
