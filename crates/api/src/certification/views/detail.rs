//! A request with everything around it.

use medcert_application::certification::Detail;
use medcert_domain::{
    Money,
    certification::{Action, Blocker, Certification, Ending, Evaluation},
    files::StoredFile,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    CertificateView, ClientView, EvaluationView, FeeView, GuardianView, PaymentView, PersonChangeView,
    PromoterRef, RefundView, StaffRef, account, example,
};
use crate::{author::AccountRef, money::MoneyView};
use crate::{
    billing::codes::PaymentStatusCode,
    catalog::ServiceView,
    certification::bodies::PriorityCode,
    certification::codes::{
        ActionCode, BlockerCode, CareModeCode, CloseOutcomeCode, MoneyDecisionCode, StageCode, WaitingForCode,
    },
    certification::files::FileView,
    codes::Moment,
};

/// How and where the client is seen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CareDetail)]
pub(crate) struct CareView {
    /// How.
    mode: CareModeCode,
    /// Where.
    #[schema(required = true)]
    place: Option<String>,
}

/// An action that the caller has, but that something stands in the way of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct BlockedAction {
    /// The action.
    action: ActionCode,
    /// What stands in the way.
    reasons: Vec<BlockerCode>,
}

impl From<&(Action, Vec<Blocker>)> for BlockedAction {
    fn from((action, reasons): &(Action, Vec<Blocker>)) -> Self {
        Self { action: (*action).into(), reasons: reasons.iter().copied().map(Into::into).collect() }
    }
}

/// Another open request of the same client for the same service.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct PossibleDuplicate {
    /// The request.
    id: Uuid,
    /// Its code.
    code: String,
}

/// A request with everything around it, as the caller may see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CertificationRequest, example = json!(example::detail()))]
pub(crate) struct DetailView {
    /// Identifier.
    pub(crate) id: Uuid,
    /// Code.
    code: String,
    /// Counts every change.
    pub(crate) version: i64,
    /// Where it stands.
    stage: StageCode,
    /// In this stage since.
    stage_since: Moment,
    /// Whose move it is.
    waiting_for: WaitingForCode,
    /// Whom the certificate is about.
    client: ClientView,
    /// Who stands for the client.
    #[schema(required = true)]
    guardian: Option<GuardianView>,
    /// Who sent the client.
    #[schema(required = true)]
    promoter: Option<PromoterRef>,
    /// What is asked for.
    #[schema(required = true)]
    service: Option<ServiceView>,
    /// How the client is seen.
    #[schema(required = true)]
    care: Option<CareView>,
    /// What is to be paid.
    #[schema(required = true)]
    fee: Option<FeeView>,
    /// What the money amounts to.
    payment_status: PaymentStatusCode,
    /// Validated, not voided, less refunds.
    paid_total: MoneyView,
    /// Whether money is still to be given back.
    refund_due: bool,
    /// What was decided about money when it ended.
    #[schema(required = true)]
    money_decision: Option<MoneyDecisionCode>,
    /// Why the money is in doubt.
    #[schema(required = true)]
    observed_reason: Option<String>,
    /// Whose account registered it.
    registered_by: AccountRef,
    /// The staff member behind that account.
    #[schema(required = true)]
    operator: Option<StaffRef>,
    /// The current manager.
    #[schema(required = true)]
    manager: Option<StaffRef>,
    /// The current doctor.
    #[schema(required = true)]
    doctor: Option<StaffRef>,
    /// Money received, oldest first.
    payments: Vec<PaymentView>,
    /// Money given back, oldest first.
    refunds: Vec<RefundView>,
    /// Evaluations, oldest first; at most the last one stands.
    evaluations: Vec<EvaluationView>,
    /// The newest certificate.
    #[schema(required = true)]
    certificate: Option<CertificateView>,
    /// Certificates, oldest first.
    certificates: Vec<CertificateView>,
    /// Files, oldest first.
    files: Vec<FileView>,
    /// What the caller may do now.
    available_actions: Vec<ActionCode>,
    /// What the caller might do, but something stands in the way.
    blocked_actions: Vec<BlockedAction>,
    /// Comment.
    #[schema(required = true)]
    comment: Option<String>,
    /// Reference in the caller's own system.
    #[schema(required = true)]
    external_reference: Option<String>,
    /// How soon it is to be worked on.
    priority: PriorityCode,
    /// When it was registered.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
    /// When it was closed.
    #[schema(required = true)]
    closed_at: Option<Moment>,
    /// By whom.
    #[schema(required = true)]
    closed_by: Option<AccountRef>,
    /// Why there is no certificate; null when there is one.
    #[schema(required = true)]
    close_outcome: Option<CloseOutcomeCode>,
    /// In words.
    #[schema(required = true)]
    close_reason: Option<String>,
    /// When it was cancelled.
    #[schema(required = true)]
    cancelled_at: Option<Moment>,
    /// By whom.
    #[schema(required = true)]
    cancelled_by: Option<AccountRef>,
    /// Why.
    #[schema(required = true)]
    cancellation_reason: Option<String>,
    /// Only in answers to registering, editing and overriding: what was, or would have been, changed of people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    person_changes: Option<Vec<PersonChangeView>>,
    /// Only in answers to registering: other open requests of the same client for the same service, among
    /// the newest two hundred of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    possible_duplicates: Option<Vec<PossibleDuplicate>>,
}

/// How it ended, flat.
#[derive(Default)]
struct End {
    closed_at: Option<Moment>,
    closed_by: Option<AccountRef>,
    close_outcome: Option<CloseOutcomeCode>,
    close_reason: Option<String>,
    cancelled_at: Option<Moment>,
    cancelled_by: Option<AccountRef>,
    cancellation_reason: Option<String>,
}

impl End {
    fn of(detail: &Detail) -> Self {
        let request_aggregate = &detail.request_aggregate;
        match &request_aggregate.certification.ending {
            Ending::Open => Self::default(),
            Ending::Closed { at, by, outcome, reason } => Self {
                closed_at: Some((*at).into()),
                closed_by: Some(account(*by, request_aggregate)),
                close_outcome: outcome.map(Into::into),
                close_reason: reason.clone(),
                ..Self::default()
            },
            Ending::Cancelled { at, by, reason } => Self {
                cancelled_at: Some((*at).into()),
                cancelled_by: Some(account(*by, request_aggregate)),
                cancellation_reason: Some(reason.clone()),
                ..Self::default()
            },
        }
    }
}

impl DetailView {
    /// The request as it is.
    pub(crate) fn of(detail: &Detail) -> Self {
        let request_aggregate = &detail.request_aggregate;
        let request: &Certification = &request_aggregate.certification;
        let guardian = request.guardian.zip(request_aggregate.guardian.as_ref());
        let certificates: Vec<CertificateView> =
            request.certificates.iter().map(|c| CertificateView::of(c, c.status_on(detail.today))).collect();
        let end = End::of(detail);
        Self {
            id: request.id.raw(),
            code: request.code.clone(),
            version: request.version,
            stage: request.stage.into(),
            stage_since: request.stage_since.into(),
            waiting_for: request.waiting_for().into(),
            client: ClientView::of(&request_aggregate.client),
            guardian: guardian.map(|(link, person)| GuardianView::with(person, link.relationship)),
            promoter: request_aggregate.promoter.as_ref().map(Into::into),
            service: request_aggregate.service.as_ref().map(Into::into),
            care: request
                .info
                .care
                .as_ref()
                .map(|care| CareView { mode: care.mode.into(), place: care.place.clone() }),
            fee: request.fee().map(Into::into),
            payment_status: request.settlement.status().into(),
            paid_total: Money::new(request.settlement.paid_total(), detail.currency).into(),
            refund_due: request.refund_due(),
            money_decision: request.money_decision.map(Into::into),
            observed_reason: request.settlement.observed.clone(),
            registered_by: account(request.registered_by, request_aggregate),
            operator: request_aggregate.operator.as_ref().map(|(id, name)| StaffRef::new(*id, name)),
            manager: request_aggregate.manager.as_ref().map(Into::into),
            doctor: request_aggregate.doctor.as_ref().map(Into::into),
            payments: request
                .settlement
                .payments
                .iter()
                .map(|p| PaymentView::of(p, request_aggregate))
                .collect(),
            refunds: request
                .settlement
                .refunds
                .iter()
                .map(|r| RefundView::of(r, request_aggregate))
                .collect(),
            evaluations: request
                .evaluations
                .iter()
                .map(|e| EvaluationView::of(e, request_aggregate, detail.clinical))
                .collect(),
            certificate: certificates.last().cloned(),
            certificates,
            files: detail.files.iter().map(Into::into).collect(),
            available_actions: detail.options.available.iter().copied().map(Into::into).collect(),
            blocked_actions: detail.options.blocked.iter().map(Into::into).collect(),
            comment: request.info.comment.clone(),
            external_reference: request.info.external_reference.clone(),
            priority: request.info.priority.into(),
            created_at: request.created_at.into(),
            updated_at: request.updated_at.into(),
            closed_at: end.closed_at,
            closed_by: end.closed_by,
            close_outcome: end.close_outcome,
            close_reason: end.close_reason,
            cancelled_at: end.cancelled_at,
            cancelled_by: end.cancelled_by,
            cancellation_reason: end.cancellation_reason,
            person_changes: None,
            possible_duplicates: None,
        }
    }

    /// The request just edited, with what that meant for people.
    pub(crate) fn edited(detail: &Detail) -> Self {
        Self {
            person_changes: Some(detail.person_changes.iter().map(Into::into).collect()),
            ..Self::of(detail)
        }
    }

    /// The request just registered, with what that meant for people and what looks like the same request.
    pub(crate) fn registered(detail: &Detail) -> Self {
        let duplicate = |(id, code): &(medcert_domain::Id<Certification>, String)| PossibleDuplicate {
            id: id.raw(),
            code: code.clone(),
        };
        Self {
            possible_duplicates: Some(detail.possible_duplicates.iter().map(duplicate).collect()),
            ..Self::edited(detail)
        }
    }

    /// The same with the clinical values of these evaluations and files.
    #[must_use]
    pub(crate) fn with_clinical(mut self, evaluations: &[Evaluation], files: &[StoredFile]) -> Self {
        let fill = |view: EvaluationView| match evaluations.iter().find(|e| e.id.raw() == view.id) {
            Some(evaluation) => view.with_clinical(&evaluation.findings),
            None => view,
        };
        self.evaluations = self.evaluations.into_iter().map(fill).collect();
        for view in &mut self.files {
            view.fill(files);
        }
        self
    }
}
