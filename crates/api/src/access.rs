//! Who may call what: one row an operation. The gate asks it before every handler, and the OpenAPI document says it.

use medcert_domain::{
    certification::{Action, policy},
    identity::{Actor, Role},
    policy::Permission,
};

/// What an operation asks of the caller before anything is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Public,
    /// Nothing, but somebody who is signed in is told more.
    Optional,
    /// To be signed in.
    SignedIn,
    /// A permission.
    Permission(Permission),
    /// An action on requests, wherever the caller's roles have it.
    Action(Action),
}

/// Whether a header is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// Not read.
    Ignored,
    /// Read when it is there.
    Accepted,
    /// Must be there.
    Required,
}

/// One row: an operation and what it asks for.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The operation: the handler's name.
    pub operation: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Whether it reads If-Match.
    pub if_match: Header,
    /// Whether it reads Idempotency-Key.
    pub key: Header,
}

impl Access {
    /// Whether the actor may go on.
    pub fn allows(self, actor: &Actor) -> bool {
        match self {
            Self::Public | Self::Optional | Self::SignedIn => true,
            Self::Permission(permission) => permission.held_by(actor),
            Self::Action(action) => policy::may_somewhere(actor, action),
        }
    }

    /// The roles that have it, unless everybody does.
    pub fn roles(self) -> Option<Vec<Role>> {
        match self {
            Self::Public | Self::Optional | Self::SignedIn => None,
            Self::Permission(permission) => Some(permission.roles()),
            Self::Action(action) => Some(Permission::from(action).roles()),
        }
    }

    /// Whether nobody may call it without being signed in.
    pub const fn needs_login(self) -> bool {
        !matches!(self, Self::Public | Self::Optional)
    }

    /// Whether a grant can give it to somebody whose roles do not have it.
    pub fn can_be_granted(self) -> bool {
        match self {
            Self::Public | Self::Optional | Self::SignedIn => false,
            Self::Permission(permission) => permission.can_be_granted(),
            Self::Action(action) => Permission::from(action).can_be_granted(),
        }
    }

    /// What it is called in the audit trail when it is denied: as the use cases call it.
    pub(crate) fn audit_name(self) -> String {
        match self {
            Self::Public | Self::Optional | Self::SignedIn => String::new(),
            Self::Permission(permission) => permission.to_string(),
            Self::Action(action) => format!("certification.{}", action.code().to_ascii_lowercase()),
        }
    }

    /// What the caller is told when it is denied.
    pub(crate) fn denial(self) -> String {
        match self {
            Self::Public | Self::Optional | Self::SignedIn => "not allowed".to_owned(),
            Self::Permission(permission) => format!("none of your roles has {permission}"),
            Self::Action(action) => format!("none of your roles has {action}"),
        }
    }
}

use Access::{Action as OnRequests, Optional, Permission as Has, Public, SignedIn};
use Header::{Accepted, Ignored, Required};

const fn rule(operation: &'static str, access: Access) -> Rule {
    Rule { operation, access, if_match: Ignored, key: Ignored }
}

/// An action on a request: If-Match is accepted, Idempotency-Key as given.
const fn action(operation: &'static str, action: Action, key: Header) -> Rule {
    Rule { operation, access: OnRequests(action), if_match: Accepted, key }
}

impl Rule {
    const fn matching(self, if_match: Header) -> Self {
        Self { if_match, ..self }
    }

    const fn keyed(self, key: Header) -> Self {
        Self { key, ..self }
    }
}

/// The table.
pub const RULES: &[Rule] = &[
    // Operations
    rule("version", Public),
    rule("healthz", Public),
    rule("readyz", Public),
    rule("metrics", Public),
    rule("openapi_3_1", Public),
    rule("openapi_3_0", Public),
    rule("problem_page", Public),
    rule("docs", Public),
    // Identity
    rule("access_jwks", Public),
    rule("login", Public),
    rule("refresh", Public),
    rule("session", Optional),
    rule("logout", SignedIn),
    rule("me", SignedIn),
    rule("change_password", SignedIn),
    rule("step_up", SignedIn),
    rule("edit_me", SignedIn).matching(Required),
    rule("confirm_email", Public),
    rule("list_sessions", SignedIn),
    rule("end_session", SignedIn),
    rule("list_users", Has(Permission::ReadUsers)),
    rule("get_user", Has(Permission::ReadUsers)),
    rule("list_user_history", Has(Permission::ReadUsers)),
    rule("create_user", Has(Permission::ManageUsers)).keyed(Accepted),
    rule("edit_user", Has(Permission::ManageUsers)).matching(Required),
    rule("delete_user", Has(Permission::ManageUsers)).matching(Required),
    rule("set_user_roles", Has(Permission::ManageUsers)).matching(Required),
    rule("set_user_grants", Has(Permission::ManageUsers)).matching(Required),
    rule("reset_user_password", Has(Permission::ManageUsers)).matching(Accepted).keyed(Accepted),
    rule("suspend_user", Has(Permission::SuspendUsers)).matching(Accepted),
    rule("reactivate_user", Has(Permission::SuspendUsers)).matching(Accepted),
    // Jobs
    rule("list_jobs", SignedIn),
    rule("get_job", SignedIn),
    rule("list_job_lines", SignedIn),
    rule("get_job_report", SignedIn),
    rule("cancel_job", SignedIn).matching(Accepted),
    // Policy
    rule("read_policy", Has(Permission::ReadPolicy)),
    // Certification
    rule("register_request", OnRequests(Action::Register)).keyed(Accepted),
    rule("import_requests", OnRequests(Action::Register)).keyed(Accepted),
    rule("act_in_bulk", Has(Permission::ActInBulk)).keyed(Accepted),
    rule("list_requests", Has(Permission::ReadRequests)),
    rule("get_request", Has(Permission::ReadRequests)),
    action("edit_request", Action::Edit, Accepted).matching(Required),
    action("delete_request", Action::Delete, Ignored).matching(Required),
    rule("list_history", Has(Permission::ReadRequests)),
    action("assign_manager", Action::AssignManager, Accepted),
    action("change_manager", Action::ChangeManager, Accepted),
    action("unassign_manager", Action::UnassignManager, Accepted),
    action("assign_doctor", Action::AssignDoctor, Accepted),
    action("change_doctor", Action::ChangeDoctor, Accepted),
    action("unassign_doctor", Action::UnassignDoctor, Accepted),
    action("override_fee", Action::OverrideFee, Accepted),
    action("register_payment", Action::RegisterPayment, Required),
    action("validate_payment", Action::ValidatePayment, Accepted),
    action("void_payment", Action::VoidPayment, Accepted),
    action("register_refund", Action::RegisterRefund, Required),
    action("observe_payment", Action::ObservePayment, Accepted),
    action("clear_observation", Action::ClearObservation, Accepted),
    action("record_evaluation", Action::RecordEvaluation, Accepted).matching(Required),
    action("issue_certificate", Action::Issue, Required).matching(Required),
    action("close_request", Action::Close, Accepted),
    action("cancel_request", Action::Cancel, Accepted),
    action("reopen_request", Action::Reopen, Accepted),
    action("override_request", Action::Override, Accepted),
    // Files
    action("add_file", Action::AddFile, Accepted),
    rule("list_files", Has(Permission::ReadRequests)),
    rule("get_file", Has(Permission::ReadRequests)),
    rule("get_file_content", Has(Permission::ReadRequests)),
    action("delete_file", Action::DeleteFile, Ignored).matching(Required),
    // Certificates
    rule("list_certificates", Has(Permission::ReadCertificates)),
    rule("get_certificate", Has(Permission::ReadCertificates)),
    rule("get_certificate_pdf", Has(Permission::ReadCertificates)),
    rule("get_public_certificate", Public),
    rule("certificate_page", Public),
    // People
    rule("list_staff", Has(Permission::ReadStaff)),
    rule("create_staff", Has(Permission::WriteStaff)).keyed(Accepted),
    rule("import_staff", Has(Permission::WriteStaff)).keyed(Accepted),
    rule("get_staff", Has(Permission::ReadStaff)),
    rule("edit_staff", Has(Permission::WriteStaff)).matching(Required),
    rule("delete_staff", Has(Permission::WriteStaff)).matching(Required),
    rule("hand_over_staff", Has(Permission::WriteStaff)).keyed(Accepted),
    rule("list_staff_history", Has(Permission::ReadStaffTerms)),
    rule("list_promoters", Has(Permission::ReadPromoters)),
    rule("get_promoter", Has(Permission::ReadPromoters)),
    rule("create_promoter", Has(Permission::WritePromoters)).keyed(Accepted),
    rule("import_promoters", Has(Permission::WritePromoters)).keyed(Accepted),
    rule("edit_promoter", Has(Permission::WritePromoters)).matching(Required),
    rule("delete_promoter", Has(Permission::DeletePromoters)).matching(Required),
    rule("list_promoter_history", Has(Permission::ReadPromoters)),
    rule("list_promoter_sources", Has(Permission::ReadPromoters)),
    rule("get_promoter_source", Has(Permission::ReadPromoters)),
    rule("create_promoter_source", Has(Permission::ManagePromoterSources)).keyed(Accepted),
    rule("edit_promoter_source", Has(Permission::ManagePromoterSources)).matching(Required),
    rule("delete_promoter_source", Has(Permission::ManagePromoterSources)).matching(Required),
    rule("list_promoter_source_history", Has(Permission::ReadPromoters)),
    rule("list_people", Has(Permission::ReadPeople)),
    rule("get_person", Has(Permission::ReadPeople)),
    rule("create_person", Has(Permission::WritePeople)).keyed(Accepted),
    rule("import_people", Has(Permission::WritePeople)).keyed(Accepted),
    rule("edit_person", Has(Permission::WritePeople)).matching(Required),
    rule("delete_person", Has(Permission::MergePeople)).matching(Required),
    rule("merge_person", Has(Permission::MergePeople)).matching(Accepted).keyed(Accepted),
    rule("list_person_history", Has(Permission::ReadPeople)),
    rule("list_guardians", Has(Permission::ReadPeople)),
    rule("set_guardian", Has(Permission::WritePeople)).matching(Required),
    rule("remove_guardian", Has(Permission::WritePeople)).matching(Required),
    // Catalog
    rule("list_services", Has(Permission::ReadServices)),
    rule("create_service", Has(Permission::WriteServices)).keyed(Accepted),
    rule("import_services", Has(Permission::WriteServices)).keyed(Accepted),
    rule("get_service", Has(Permission::ReadServices)),
    rule("edit_service", Has(Permission::WriteServices)).matching(Required),
    rule("delete_service", Has(Permission::WriteServices)).matching(Required),
    rule("list_service_history", Has(Permission::ReadServices)),
    rule("get_institution", Has(Permission::ReadInstitution)),
    rule("edit_institution", Has(Permission::WriteInstitution)).matching(Required),
    rule("get_logo", Public),
    rule("set_logo", Has(Permission::WriteInstitution)).matching(Required),
    rule("remove_logo", Has(Permission::WriteInstitution)).matching(Required),
    rule("list_institution_history", Has(Permission::ReadInstitution)),
    // Reports
    rule("report_certification", Has(Permission::ReadReports)),
    rule("export_report", Has(Permission::Export)),
    rule("export_requests", Has(Permission::Export)),
];

/// What is allowed before a password that somebody else made is changed, besides what needs no login.
pub const BEFORE_PASSWORD_CHANGE: &[&str] = &["change_password", "logout", "me", "session"];

/// The row of an operation.
pub fn of(operation: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.operation == operation)
}
