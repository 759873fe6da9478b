//! The closed vocabularies of certification.

use medcert_application::certification::Overall;
use medcert_domain::certification as c;

use crate::codes::wire;

wire! {
    ActionCode = c::Action, "Action", "What can be done to a request.";
    AssignmentRoleCode = c::AssignmentRole, "AssignmentRole", "Part that staff play in a request.";
    BlockerCode = c::Blocker, "Blocker", "A fact that stands in the way of an action the policy would allow.";
    CareModeCode = c::CareMode, "CareMode", "How the client is seen.";
    CertificateStatusCode = c::CertificateStatus, "CertificateStatus", "Where a certificate stands today.";
    CloseOutcomeCode = c::CloseOutcome, "CloseOutcome", "How a request ended without a certificate.";
    ConclusionCode = c::Conclusion, "Conclusion", "What the doctor concluded.";
    FeeSourceCode = c::FeeSource, "FeeSource", "Where the fee of a request comes from.";
    MoneyDecisionCode = c::MoneyDecision, "MoneyDecision",
        "What happens to money already received when a request ends without service.";
    OverallCode = Overall, "Overall",
        "What a stranger is told of a certificate, in one word. It says nothing of the conclusion.";
    ReopenReasonCode = c::ReopenReason, "ReopenReason",
        "Why a request closed with a certificate is taken up again.";
    StageCode = c::Stage, "Stage", "Where a request stands.";
    VerdictCode = c::Verdict, "Verdict", "Whether an evaluation may be issued.";
    WaitingForCode = c::WaitingFor, "WaitingFor", "Whose move it is.";
}
