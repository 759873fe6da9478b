//! What callers send about accounts.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use medcert_application::identity::users::{
    HandOver, NewGrants, NewRoles, NewUser, StaffInput, Suspension, UserEdit, WhoseAccount,
};
use medcert_domain::{
    Invalid,
    institution::Institution,
    policy::{Grant, Permission, Role},
    text,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    codes::{LocaleCode, RoleCode},
    field::Field,
    parse::{ParseBody, Reader, code, date, id, line, moment, note, read},
    people::{UserPersonBody, codes::StaffRoleCode},
};

/// Characters of licence and specialty.
const MAX_NAME_LEN: usize = 150;
/// Characters of reasons.
const MAX_COMMENT_LEN: usize = 1000;

/// A new account: `person_id` or `person`, one of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser, example = json!({
    "email": "rosa.huaman@clinic.example",
    "person": {"document_type": "DNI", "document_number": "40718293", "given_names": "Rosa", "family_names": "Huamán Ccori"},
    "locale": "es", "roles": ["MANAGER"], "grants": [{"permission": "certification:assign_doctor"}]
}))]
pub(super) struct NewUserBody {
    /// E-mail address to sign in with.
    #[schema(required = true, value_type = String, max_length = 254)]
    email: Option<String>,
    /// Password, 12 to 72 bytes. Left out, one is made, shown in the answer, and to be changed at the first login.
    #[schema(format = Password)]
    password: Option<String>,
    /// Somebody who is known.
    #[schema(value_type = Option<Uuid>)]
    person_id: Option<String>,
    /// Somebody to find by the document, or to make.
    person: Option<UserPersonBody>,
    /// Language of the web app and of mails; the institution's when left out.
    #[schema(value_type = Option<LocaleCode>)]
    locale: Option<String>,
    /// Roles; at least one, none twice. OPERATOR, MANAGER and DOCTOR bring a staff record with the same part.
    #[serde(default)]
    #[schema(required = true, value_type = Vec<RoleCode>, min_items = 1)]
    roles: Vec<String>,
    /// Permissions besides the roles.
    #[serde(default)]
    #[schema(required = false)]
    grants: Vec<GrantBody>,
    /// What is said of the staff record.
    staff: Option<UserStaffBody>,
}

/// A permission given besides the roles.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewGrant, example = json!({"permission": "certification:assign_doctor", "ends_at": "2099-01-01T00:00:00Z"}))]
pub(super) struct GrantBody {
    /// `certification:` and an action or `act_on_any`; never what attests, overrules or erases.
    #[schema(required = true, value_type = String)]
    permission: Option<String>,
    /// When it ends by itself.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
}

/// The staff record behind an account: what is left out stays, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserStaff, example = json!({"roles": ["DOCTOR"], "licence_number": "CMP 54321"}))]
pub(super) struct UserStaffBody {
    /// Parts played besides those that the roles of the account bring.
    #[serde(default)]
    #[schema(required = false, value_type = Vec<StaffRoleCode>)]
    roles: Vec<String>,
    /// Licence to practise; of doctors.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 150)]
    licence_number: Field<String>,
    /// Last day of the licence.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    licence_valid_until: Field<String>,
    /// Medical specialty.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 150)]
    specialty: Field<String>,
}

impl UserStaffBody {
    fn read(&self, r: &mut Reader<'_>) -> StaffInput {
        StaffInput {
            roles: r.elements("roles", &self.roles, code).into_iter().collect(),
            licence_number: r.clearable("licence_number", &self.licence_number, line(MAX_NAME_LEN)),
            licence_valid_until: r.clearable("licence_valid_until", &self.licence_valid_until, date),
            specialty: r.clearable("specialty", &self.specialty, line(MAX_NAME_LEN)),
        }
    }
}

/// Roles: at least one, none twice.
fn roles(r: &mut Reader<'_>, typed: &[String]) -> BTreeSet<Role> {
    if typed.is_empty() {
        r.fault("roles", "required", "at least one role is needed");
    }
    let mut seen = BTreeSet::new();
    for (at, role) in typed.iter().enumerate() {
        let field = format!("roles/{at}");
        if let Some(role) = r.value(&field, code(role))
            && !seen.insert(role)
        {
            r.fault(&field, "repeated", "is there already");
        }
    }
    seen
}

fn permission(typed: &str) -> Result<Permission, Invalid> {
    let known = Permission::parse(typed);
    let known = known.ok_or_else(|| Invalid::one("", "unknown-value", "is no permission"))?;
    if known.can_be_granted() {
        Ok(known)
    } else {
        Err(Invalid::one("", "not-grantable", "comes with a role only"))
    }
}

/// Grants: none twice, all of them grantable.
fn grants(r: &mut Reader<'_>, typed: &[GrantBody]) -> Vec<Grant> {
    let mut seen: BTreeSet<Permission> = BTreeSet::new();
    let mut all = Vec::new();
    for (at, grant) in typed.iter().enumerate() {
        let mut r = r.inside(&format!("grants/{at}"));
        let permission = r.required("permission", grant.permission.as_deref(), permission);
        let ends_at: Option<DateTime<Utc>> = r.optional("ends_at", grant.ends_at.as_deref(), moment);
        let Some(permission) = permission else { continue };
        if seen.insert(permission) {
            all.push(Grant { permission, ends_at });
        } else {
            r.fault("permission", "repeated", "is there already");
        }
    }
    all
}

impl ParseBody<NewUser> for NewUserBody {
    fn values(&self, profile: &Institution) -> Result<NewUser, Invalid> {
        read(|r| {
            let email = r.required("email", self.email.as_deref(), text::email);
            let person = match (&self.person_id, &self.person) {
                (Some(known), None) => r.required("person_id", Some(known), id).map(WhoseAccount::Known),
                (None, Some(patch)) => {
                    let patch = patch.as_ref().read(&mut r.inside("person"), profile);
                    Some(WhoseAccount::Described(Box::new(patch)))
                }
                (None, None) => {
                    r.missing("person");
                    None
                }
                (Some(_), Some(_)) => {
                    r.fault("person", "unexpected", "does not go together with person_id");
                    None
                }
            };
            let locale = r.optional("locale", self.locale.as_deref(), code);
            let roles = roles(r, &self.roles);
            let grants = grants(r, &self.grants);
            let staff = self.staff.as_ref().map(|staff| staff.read(&mut r.inside("staff")));
            Some(NewUser {
                email: email?,
                password: self.password.clone(),
                person: person?,
                locale: locale.unwrap_or(profile.locale),
                roles,
                grants,
                staff,
            })
        })
    }
}

/// Changes to an account: what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserChanges, example = json!({"locale": "pt", "person": {"phone": "+51 987 654 321"}}))]
pub(super) struct EditUserBody {
    /// Language of the web app and of mails.
    #[serde(default)]
    #[schema(required = false, value_type = LocaleCode)]
    locale: Field<String>,
    /// Changes to the person.
    person: Option<UserPersonBody>,
    /// Changes to the staff record, which is made when there is none.
    staff: Option<UserStaffBody>,
}

impl ParseBody<UserEdit> for EditUserBody {
    fn values(&self, profile: &Institution) -> Result<UserEdit, Invalid> {
        read(|r| {
            let locale = r.text("locale", &self.locale, code);
            let person =
                self.person.as_ref().map(|person| person.as_ref().read(&mut r.inside("person"), profile));
            let staff = self.staff.as_ref().map(|staff| staff.read(&mut r.inside("staff")));
            Some(UserEdit { locale, person: person.unwrap_or_default(), staff })
        })
    }
}

/// Who takes the open requests: one for all, or one for each part.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = HandOverTo)]
pub(super) enum HandOverBody {
    /// One for all.
    #[schema(value_type = Uuid)]
    One(String),
    /// One for each part.
    Each(HandOverEach),
}

/// Who takes the open requests, by part.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HandOverByPart, example = json!({"MANAGER": "01940000-0000-7000-8000-0000000000b2"}))]
pub(super) struct HandOverEach {
    /// Those the user is manager of.
    #[serde(rename = "MANAGER")]
    #[schema(value_type = Option<Uuid>)]
    manager: Option<String>,
    /// Those the user is doctor of.
    #[serde(rename = "DOCTOR")]
    #[schema(value_type = Option<Uuid>)]
    doctor: Option<String>,
}

fn hand_over(r: &mut Reader<'_>, patch: Option<&HandOverBody>, confirmed: Option<bool>) -> HandOver {
    let confirmed = confirmed.unwrap_or_default();
    match patch {
        None => HandOver { confirmed, ..HandOver::default() },
        Some(HandOverBody::One(to)) => {
            let to = r.required("hand_over_to", Some(to), id);
            HandOver { manager: to, doctor: to, one: true, confirmed }
        }
        Some(HandOverBody::Each(each)) => {
            let mut r = r.inside("hand_over_to");
            let manager = r.optional("MANAGER", each.manager.as_deref(), id);
            let doctor = r.optional("DOCTOR", each.doctor.as_deref(), id);
            HandOver { manager, doctor, one: false, confirmed }
        }
    }
}

/// Roles that replace those there are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRoles, example = json!({"roles": ["OPERATOR", "MANAGER"], "confirm": false}))]
pub(super) struct RolesBody {
    /// Roles; at least one, none twice.
    #[serde(default)]
    #[schema(required = true, value_type = Vec<RoleCode>, min_items = 1)]
    roles: Vec<String>,
    /// Who takes the requests that are open in a role that is taken away.
    hand_over_to: Option<HandOverBody>,
    /// Whether those that nobody takes may stay where they are.
    confirm: Option<bool>,
}

impl ParseBody<NewRoles> for RolesBody {
    fn values(&self, _: &Institution) -> Result<NewRoles, Invalid> {
        read(|r| {
            let roles = roles(r, &self.roles);
            let hand_over = hand_over(r, self.hand_over_to.as_ref(), self.confirm);
            Some(NewRoles { roles, hand_over })
        })
    }
}

/// Grants that replace those there are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewGrants, example = json!({"grants": [{"permission": "certification:assign_doctor"}]}))]
pub(super) struct GrantsBody {
    /// Permissions besides the roles; none takes all away.
    #[schema(required = true)]
    grants: Option<Vec<GrantBody>>,
}

impl ParseBody<NewGrants> for GrantsBody {
    fn values(&self, _: &Institution) -> Result<NewGrants, Invalid> {
        read(|r| {
            let Some(typed) = &self.grants else {
                r.missing("grants");
                return None;
            };
            Some(NewGrants { grants: grants(r, typed) })
        })
    }
}

/// Why an account is kept out, and what becomes of its open requests.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Suspension, example = json!({"reason": "on leave until further notice"}))]
pub(super) struct SuspensionBody {
    /// The reason, 1 to 1000 characters.
    #[schema(required = true, value_type = String, min_length = 1, max_length = 1000)]
    reason: Option<String>,
    /// Who takes the open requests.
    hand_over_to: Option<HandOverBody>,
    /// Whether those that nobody takes may stay where they are.
    confirm: Option<bool>,
}

impl ParseBody<Suspension> for SuspensionBody {
    fn values(&self, _: &Institution) -> Result<Suspension, Invalid> {
        read(|r| {
            let reason = r.required("reason", self.reason.as_deref(), note(MAX_COMMENT_LEN));
            let hand_over = hand_over(r, self.hand_over_to.as_ref(), self.confirm);
            Some(Suspension { reason: reason?, hand_over })
        })
    }
}

/// Why an account is let in again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Reason, example = json!({"reason": "back from leave"}))]
pub(super) struct ReasonBody {
    /// The reason, 1 to 1000 characters.
    #[schema(required = true, value_type = String, min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

impl ParseBody<Suspension> for ReasonBody {
    fn values(&self, _: &Institution) -> Result<Suspension, Invalid> {
        read(|r| {
            let reason = r.required("reason", self.reason.as_deref(), note(MAX_COMMENT_LEN));
            Some(Suspension { reason: reason?, hand_over: HandOver::default() })
        })
    }
}
