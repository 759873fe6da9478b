//! What can be done to a request.

use crate::registry::Registry;
use actix_web::{HttpResponse, post};
use medcert_domain::certification::{Action, Certification};

use super::super::{
    action_request::ActionRequest,
    bodies::{
        AssignBody, CancelBody, CloseBody, CommentBody, EvaluationBody, FeeBody, IssueBody, ObserveBody,
        OverrideBody, PaymentBody, RefundBody, ReopenBody, UnassignBody, ValidateBody, VoidBody,
    },
    views::DetailView,
};
use crate::{
    access::{Rule, action},
    path::PathId,
    problem::Failure,
};

/// One handler an action: they differ in nothing but name, address, body and the call itself.
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident, $path:literal, $body:ident, |$call:ident, $id:ident| $act:expr;)+) => {
        $(
            $(#[$doc])*
            #[utoipa::path(tag = "certification", request_body = $body,
                responses((status = 200, description = "The request as it is now", body = DetailView, headers(
                    ("ETag" = String, description = "Its version"),
                    ("Idempotency-Replayed" = bool, description = "`true` when this is the answer to an earlier call"),
                ))))]
            #[post($path)]
            async fn $name($call: ActionRequest<$body>, $id: PathId<Certification>) -> Result<HttpResponse, Failure> {
                $act.await
            }
        )+

        pub(super) fn routes(cfg: &mut Registry) {
            cfg$(.service($name))+;
        }
    };
}

actions! {
    /// Give a free request a manager; managers may take one for themselves.
    assign_manager, "/certification-requests/{id}/assign-manager", AssignBody,
        |call, id| call.act(id, Action::AssignManager);
    /// Put another manager in place of the current one.
    change_manager, "/certification-requests/{id}/change-manager", AssignBody,
        |call, id| call.act(id, Action::ChangeManager);
    /// Take the manager away.
    unassign_manager, "/certification-requests/{id}/unassign-manager", UnassignBody,
        |call, id| call.act(id, Action::UnassignManager);
    /// Give a paid request a doctor.
    assign_doctor, "/certification-requests/{id}/assign-doctor", AssignBody,
        |call, id| call.act(id, Action::AssignDoctor);
    /// Put another doctor in place of the current one. A standing evaluation is superseded.
    change_doctor, "/certification-requests/{id}/change-doctor", AssignBody,
        |call, id| call.act(id, Action::ChangeDoctor);
    /// Take the doctor away, or decline as that doctor, with a reason. A standing evaluation is superseded.
    unassign_doctor, "/certification-requests/{id}/unassign-doctor", UnassignBody,
        |call, id| call.act(id, Action::UnassignDoctor);
    /// Set the fee by hand; 0 waives it.
    override_fee, "/certification-requests/{id}/override-fee", FeeBody,
        |call, id| call.act(id, Action::OverrideFee);
    /// Write down money received.
    ///
    /// It counts once it is validated: at once, unless the institution wants somebody else than an operator to do
    /// that. A channel and transaction reference that a payment in force has already is 409 `duplicate`.
    register_payment, "/certification-requests/{id}/register-payment", PaymentBody,
        |call, id| call.act(id, Action::RegisterPayment);
    /// Confirm a payment that somebody else wrote down.
    validate_payment, "/certification-requests/{id}/validate-payment", ValidateBody,
        |call, id| call.act(id, Action::ValidatePayment);
    /// Mark a payment as never having happened.
    void_payment, "/certification-requests/{id}/void-payment", VoidBody,
        |call, id| call.act(id, Action::VoidPayment);
    /// Write down money given back.
    register_refund, "/certification-requests/{id}/register-refund", RefundBody,
        |call, id| call.act(id, Action::RegisterRefund);
    /// Flag the money as doubtful: no doctor is assigned and nothing issued until that is cleared.
    observe_payment, "/certification-requests/{id}/observe-payment", ObserveBody,
        |call, id| call.act(id, Action::ObservePayment);
    /// Lift the flag of doubtful money.
    clear_observation, "/certification-requests/{id}/clear-observation", CommentBody,
        |call, id| call.act(id, Action::ClearObservation);
    /// Write down the assigned doctor's findings; they take the place of earlier ones.
    record_evaluation, "/certification-requests/{id}/record-evaluation", EvaluationBody,
        |call, id| call.act(id, Action::RecordEvaluation);
    /// Issue the certificate and close the request.
    ///
    /// What the certificate prints must not have changed since the evaluation: that is 409 `stale`, naming the fields.
    issue_certificate, "/certification-requests/{id}/issue", IssueBody,
        |call, id| call.issue(id);
    /// Close without a certificate.
    close_request, "/certification-requests/{id}/close", CloseBody,
        |call, id| call.act(id, Action::Close);
    /// Give the request up.
    cancel_request, "/certification-requests/{id}/cancel", CancelBody,
        |call, id| call.act(id, Action::Cancel);
    /// Take a closed or cancelled request up again.
    reopen_request, "/certification-requests/{id}/reopen", ReopenBody,
        |call, id| call.act(id, Action::Reopen);
    /// Act as administrator on a closed or cancelled request without reopening it.
    ///
    /// `payload` is the body of the action. `REGISTER_PAYMENT` and `REGISTER_REFUND` need an Idempotency-Key.
    override_request, "/certification-requests/{id}/override", OverrideBody,
        |call, id| call.act(id, Action::Override);
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    action("assign_manager", Action::AssignManager).accepts_if_match().accepts_key(),
    action("change_manager", Action::ChangeManager).accepts_if_match().accepts_key(),
    action("unassign_manager", Action::UnassignManager).accepts_if_match().accepts_key(),
    action("assign_doctor", Action::AssignDoctor).accepts_if_match().accepts_key(),
    action("change_doctor", Action::ChangeDoctor).accepts_if_match().accepts_key(),
    action("unassign_doctor", Action::UnassignDoctor).accepts_if_match().accepts_key(),
    action("override_fee", Action::OverrideFee).accepts_if_match().accepts_key(),
    action("register_payment", Action::RegisterPayment).accepts_if_match().needs_key(),
    action("validate_payment", Action::ValidatePayment).accepts_if_match().accepts_key(),
    action("void_payment", Action::VoidPayment).accepts_if_match().accepts_key(),
    action("register_refund", Action::RegisterRefund).accepts_if_match().needs_key(),
    action("observe_payment", Action::ObservePayment).accepts_if_match().accepts_key(),
    action("clear_observation", Action::ClearObservation).accepts_if_match().accepts_key(),
    action("record_evaluation", Action::RecordEvaluation).needs_if_match().accepts_key(),
    action("issue_certificate", Action::Issue).needs_if_match().needs_key(),
    action("close_request", Action::Close).accepts_if_match().accepts_key(),
    action("cancel_request", Action::Cancel).accepts_if_match().accepts_key(),
    action("reopen_request", Action::Reopen).accepts_if_match().accepts_key(),
    action("override_request", Action::Override).accepts_if_match().accepts_key(),
];
