//! The closed vocabularies of certification.

crate::codes! {
    /// Where a request stands; derived by [`super::Certification::derived_stage`], then stored with the row.
    Stage {
        /// Nothing but registered.
        Registered = "REGISTERED",
        /// A manager follows it up.
        ManagerAssigned = "MANAGER_ASSIGNED",
        /// The fee is covered.
        Paid = "PAID",
        /// Paid, and a doctor is assigned.
        DoctorAssigned = "DOCTOR_ASSIGNED",
        /// Paid, and the assigned doctor's evaluation stands.
        Evaluated = "EVALUATED",
        /// Ended, with or without a certificate.
        Closed = "CLOSED",
        /// Ended without service.
        Cancelled = "CANCELLED",
    }
}

impl Stage {
    /// Whether work on the request goes on.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Cancelled)
    }
}

crate::codes! {
    /// What can be done to a request.
    Action {
        /// Make a request.
        Register = "REGISTER",
        /// Change what is known of it.
        Edit = "EDIT",
        /// Give a free request a manager.
        AssignManager = "ASSIGN_MANAGER",
        /// Take its manager away.
        UnassignManager = "UNASSIGN_MANAGER",
        /// Put another manager in place of the current one.
        ChangeManager = "CHANGE_MANAGER",
        /// Set the fee by hand; 0 waives it.
        OverrideFee = "OVERRIDE_FEE",
        /// Note money received.
        RegisterPayment = "REGISTER_PAYMENT",
        /// Confirm a payment that somebody else registered.
        ValidatePayment = "VALIDATE_PAYMENT",
        /// Mark a payment as never having happened.
        VoidPayment = "VOID_PAYMENT",
        /// Note money given back.
        RegisterRefund = "REGISTER_REFUND",
        /// Flag the money as doubtful.
        ObservePayment = "OBSERVE_PAYMENT",
        /// Lift that flag.
        ClearObservation = "CLEAR_OBSERVATION",
        /// Give a paid request a doctor.
        AssignDoctor = "ASSIGN_DOCTOR",
        /// Put another doctor in place of the current one.
        ChangeDoctor = "CHANGE_DOCTOR",
        /// Take its doctor away, or decline as that doctor.
        UnassignDoctor = "UNASSIGN_DOCTOR",
        /// Write down the doctor's findings.
        RecordEvaluation = "RECORD_EVALUATION",
        /// Issue the certificate.
        Issue = "ISSUE",
        /// End without a certificate.
        Close = "CLOSE",
        /// End without service.
        Cancel = "CANCEL",
        /// Take a finished request up again.
        Reopen = "REOPEN",
        /// Erase it.
        Delete = "DELETE",
        /// Act as administrator on a finished request without reopening it.
        Override = "OVERRIDE",
        /// Add a file to it.
        AddFile = "ADD_FILE",
        /// Take a file of it away.
        DeleteFile = "DELETE_FILE",
    }
}

crate::codes! {
    /// Whose move it is.
    WaitingFor {
        /// Somebody at the desk.
        Operator = "OPERATOR",
        /// The manager.
        Manager = "MANAGER",
        /// The doctor.
        Doctor = "DOCTOR",
        /// The client, to supply what is missing.
        Client = "CLIENT",
        /// Money.
        Payment = "PAYMENT",
        /// Nobody: it has ended.
        Nobody = "NOBODY",
    }
}

crate::codes! {
    /// Where the fee of a request comes from.
    FeeSource {
        /// Copied from the service at registration.
        Service = "SERVICE",
        /// Set by hand.
        Override = "OVERRIDE",
    }
}

crate::codes! {
    /// How the client is seen.
    CareMode {
        /// By video or telephone.
        Virtual = "VIRTUAL",
        /// In person.
        OnSite = "ON_SITE",
    }
}

crate::codes! {
    /// What the doctor concluded.
    Conclusion {
        /// Fit.
        Fit = "FIT",
        /// Fit, with restrictions.
        FitWithRestrictions = "FIT_WITH_RESTRICTIONS",
        /// Unfit.
        Unfit = "UNFIT",
        /// No conclusion could be reached.
        Inconclusive = "INCONCLUSIVE",
    }
}

crate::codes! {
    /// Whether an evaluation may be issued.
    Verdict {
        /// May be issued.
        Approved = "APPROVED",
        /// Something is missing.
        Observed = "OBSERVED",
    }
}

crate::codes! {
    /// How a request ended without a certificate.
    CloseOutcome {
        /// Evaluated as unfit, and no certificate is wanted.
        UnfitNoCertificate = "UNFIT_NO_CERTIFICATE",
        /// No conclusion could be reached.
        Inconclusive = "INCONCLUSIVE",
        /// The client did not come.
        NoShow = "NO_SHOW",
        /// Any other.
        Other = "OTHER",
    }
}

crate::codes! {
    /// What happens to money already received when a request ends without service.
    MoneyDecision {
        /// The institution keeps it.
        Keep = "KEEP",
        /// It is to be given back.
        RefundDue = "REFUND_DUE",
    }
}

crate::codes! {
    /// Why a request closed with a certificate is taken up again.
    ReopenReason {
        /// Something was written down wrongly.
        ClericalCorrection = "CLERICAL_CORRECTION",
        /// The medical findings need correcting.
        MedicalCorrection = "MEDICAL_CORRECTION",
        /// The doctor can no longer act.
        DoctorUnavailable = "DOCTOR_UNAVAILABLE",
    }
}

crate::codes! {
    /// Part a person plays in one request.
    AssignmentRole {
        /// Follows the request up.
        Manager = "MANAGER",
        /// Evaluates and issues.
        Doctor = "DOCTOR",
    }
}

crate::codes! {
    /// Where an issued certificate stands on a day.
    CertificateStatus {
        /// In force.
        Valid = "VALID",
        /// Put on hold.
        Suspended = "SUSPENDED",
        /// Withdrawn for good.
        Revoked = "REVOKED",
        /// Replaced by a newer one.
        Superseded = "SUPERSEDED",
        /// Past its last day; derived, never stored.
        Expired = "EXPIRED",
    }
}
