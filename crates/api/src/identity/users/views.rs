//! How accounts are shown to the administration.

use medcert_application::identity::users::VisibleUser;
use medcert_domain::{Id, people::Person};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    codes::{Day, LocaleCode, Moment, RoleCode},
    identity::codes::{UserActionCode, UserStatusCode},
    people::codes::DocumentTypeCode,
};

/// Who signs in with an account.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = UserPersonSeen)]
pub(super) struct UserPersonView {
    /// Identifier.
    id: Uuid,
    /// Kind of identity document.
    #[schema(required = true)]
    document_type: Option<DocumentTypeCode>,
    /// Country that issued it, ISO 3166-1 alpha-2.
    #[schema(required = true, example = "PE")]
    document_country: Option<String>,
    /// Number, upper case and without separators.
    #[schema(required = true, example = "40718293")]
    document_number: Option<String>,
    /// Given names.
    #[schema(example = "Rosa")]
    given_names: String,
    /// Family names.
    #[schema(example = "Huamán Ccori")]
    family_names: String,
    /// Date of birth.
    #[schema(required = true)]
    birth_date: Option<Day>,
    /// E-mail address to reach the person, which need not be that of the account.
    #[schema(required = true)]
    email: Option<String>,
    /// Mobile phone.
    #[schema(required = true)]
    phone: Option<String>,
    /// Second mobile phone.
    #[schema(required = true)]
    phone_2: Option<String>,
    /// Landline phone.
    #[schema(required = true)]
    landline: Option<String>,
    /// Postal address.
    #[schema(required = true)]
    address: Option<String>,
}

impl From<Person> for UserPersonView {
    fn from(person: Person) -> Self {
        let document = person.document.as_ref();
        Self {
            id: person.id.raw(),
            document_type: document.map(|document| document.kind.into()),
            document_country: document.map(|document| document.country.code().to_owned()),
            document_number: document.map(|document| document.number.clone()),
            given_names: person.given_names,
            family_names: person.family_names,
            birth_date: person.birth_date.map(Into::into),
            email: person.email,
            phone: person.phone,
            phone_2: person.phone_2,
            landline: person.landline,
            address: person.address,
        }
    }
}

/// A permission given besides the roles.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Grant)]
pub(super) struct GrantView {
    /// What is permitted.
    #[schema(example = "certification:assign_doctor")]
    permission: String,
    /// When it ends by itself.
    #[schema(required = true)]
    ends_at: Option<Moment>,
}

/// A new address that is not confirmed yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PendingEmail, example = json!({
    "email": "rosa.huaman@clinic.example", "expires_at": "2026-03-01T12:30:00.000000Z"
}))]
pub(super) struct PendingEmailView {
    /// The address.
    email: String,
    /// Until when it can be confirmed.
    expires_at: Moment,
}

/// An account as the administration sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = User, example = json!({
    "id": "01890a5d-ac96-774b-bcce-b302099a8057", "version": 3, "email": "rosa.huaman@clinic.example",
    "pending_email": null, "display_name": "Rosa Huamán Ccori",
    "person": {
        "id": "01890a5d-ac96-774b-bcce-b302099a8056", "document_type": "DNI", "document_country": "PE",
        "document_number": "40718293", "given_names": "Rosa", "family_names": "Huamán Ccori", "birth_date": null,
        "email": null, "phone": "+51 987 654 321", "phone_2": null, "landline": null, "address": null
    },
    "roles": ["MANAGER"], "grants": [{"permission": "certification:assign_doctor", "ends_at": null}],
    "permissions": ["certification:assign_doctor"], "staff_id": "01890a5d-ac96-774b-bcce-b302099a8058",
    "locale": "es", "status": "ACTIVE", "password_change_required": false,
    "last_login_at": "2026-03-01T12:00:00.000000Z", "created_at": "2026-01-05T12:00:00.000000Z",
    "updated_at": "2026-02-05T12:00:00.000000Z",
    "available_actions": ["EDIT", "SET_ROLES", "SET_GRANTS", "SUSPEND", "RESET_PASSWORD"]
}))]
pub(super) struct UserView {
    /// Identifier.
    pub(super) id: Uuid,
    /// Number of changes; also in the ETag.
    pub(super) version: i64,
    /// E-mail address to sign in with, lower case.
    email: String,
    /// The new address that waits for its confirmation.
    #[schema(required = true)]
    pending_email: Option<PendingEmailView>,
    /// Name of the person.
    display_name: String,
    /// Who signs in.
    person: UserPersonView,
    /// What the user is to the institution.
    roles: Vec<RoleCode>,
    /// Permissions besides the roles, also those that have ended.
    grants: Vec<GrantView>,
    /// Everything the account may do now, by role or grant.
    permissions: Vec<String>,
    /// The staff record of the person.
    #[schema(required = true)]
    staff_id: Option<Uuid>,
    /// Language of the web app and of mails.
    locale: LocaleCode,
    /// Whether the user may sign in.
    status: UserStatusCode,
    /// Whether the password was made by somebody else and must be changed before anything else is done.
    password_change_required: bool,
    /// When a login last succeeded; null when none ever did.
    #[schema(required = true)]
    last_login_at: Option<Moment>,
    /// When it was made.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
    /// What the caller can do to it; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    available_actions: Option<Vec<UserActionCode>>,
}

impl From<&VisibleUser> for UserView {
    fn from(seen: &VisibleUser) -> Self {
        let user = &seen.row.user;
        let grant = |grant: &medcert_domain::policy::Grant| GrantView {
            permission: grant.permission.to_string(),
            ends_at: grant.ends_at.map(Into::into),
        };
        let pending = seen.row.pending_email.clone();
        Self {
            id: user.id.raw(),
            version: user.version,
            email: user.email.clone(),
            pending_email: pending.map(|(email, until)| PendingEmailView { email, expires_at: until.into() }),
            display_name: seen.row.person.name(),
            person: seen.row.person.clone().into(),
            roles: user.roles.iter().copied().map(Into::into).collect(),
            grants: user.grants.iter().map(grant).collect(),
            permissions: seen.permissions.iter().map(ToString::to_string).collect(),
            staff_id: seen.row.staff.map(Id::raw),
            locale: user.locale.into(),
            status: user.status.into(),
            password_change_required: user.must_change_password,
            last_login_at: user.last_login_at.map(Into::into),
            created_at: user.created_at.into(),
            updated_at: user.updated_at.into(),
            available_actions: seen.actions.as_ref().map(|all| all.iter().copied().map(Into::into).collect()),
        }
    }
}

impl From<VisibleUser> for UserView {
    fn from(seen: VisibleUser) -> Self {
        Self::from(&seen)
    }
}

/// An account with a password that was made for it.
#[derive(Serialize, ToSchema)]
#[schema(as = UserWithPassword)]
pub(super) struct IssuedView {
    /// The account.
    #[serde(flatten)]
    pub(super) user: UserView,
    /// The password that was made: shown this once, and null when the call is repeated with its Idempotency-Key or the
    /// password was sent.
    #[schema(required = true, example = "k7m2p-x4qwz-9b3tn-h6ryc-dv8ua-5")]
    pub(super) generated_password: Option<String>,
}

impl IssuedView {
    /// As it is kept for repeated calls.
    pub(super) fn without_password(seen: &VisibleUser) -> Self {
        Self { user: seen.into(), generated_password: None }
    }
}
