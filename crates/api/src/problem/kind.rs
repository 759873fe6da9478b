//! The one table of kinds: slug, status, title and what it means.

use actix_web::http::StatusCode;

macro_rules! kinds {
    ($($variant:ident = $slug:literal, $status:ident, $title:literal, $meaning:literal;)+) => {
        /// The kinds of problems. The slug ends the `type` and never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $(#[doc = $title] $variant),+ }

        impl Kind {
            /// Every kind, by status.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The end of its `type`.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug),+ }
            }

            /// The status it is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// Its `title`: the same each time.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// What it means and what to do about it, for its page and the OpenAPI document.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),+ }
            }
        }
    };
}

kinds! {
    Malformed = "malformed", BAD_REQUEST, "Malformed message",
        "The message cannot be read: the JSON syntax or the encoding of the body is broken, or a header has no valid form. Nothing was changed; correct the message and send it again.";
    IdempotencyKeyMissing = "idempotency-key-missing", BAD_REQUEST, "Idempotency-Key missing",
        "This operation must not happen twice by accident, so it needs the header Idempotency-Key: a string of your choice, the same when you repeat the call.";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Not signed in",
        "The operation needs an access token in the header Authorization: Bearer, and there is none, or it has ended. Sign in or refresh the session.";
    WrongCredentials = "wrong-credentials", UNAUTHORIZED, "Wrong e-mail address or password",
        "Nobody can sign in with this e-mail address and password. Unknown, suspended and mistyped are answered alike on purpose.";
    Forbidden = "forbidden", FORBIDDEN, "Not allowed",
        "You are signed in, but none of your roles and grants allows this, or the object is somebody else's to act on.";
    StepUpRequired = "step-up-required", FORBIDDEN, "Fresh proof of identity needed",
        "The operation needs a proof of identity that is not older than five minutes: call POST /api/v1/auth/step-up first.";
    PasswordChangeRequired = "password-change-required", FORBIDDEN, "Password must be changed",
        "The password was made by an administrator. Until it is changed with POST /api/v1/auth/password/change, nothing else is allowed but looking at one's own account and signing out.";
    NotFound = "not-found", NOT_FOUND, "Not found",
        "There is nothing at this address, or nothing that you may see.";
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "Method not allowed",
        "The address exists, but not with this method. The header Allow lists those it has.";
    NotAcceptable = "not-acceptable", NOT_ACCEPTABLE, "Not acceptable",
        "The header Accept excludes every media type in which this can be answered.";
    Stale = "stale", CONFLICT, "Changed meanwhile",
        "What you acted on was changed by others at the same moment, or what a certificate prints changed since the evaluation. Read it again and decide anew.";
    Duplicate = "duplicate", CONFLICT, "Already there",
        "Something that must be unique exists already.";
    WrongStage = "wrong-stage", CONFLICT, "Not in this stage",
        "You may do this, but not now: the request is in another stage, or a precondition does not hold. The members action, stage and reasons say which.";
    InFlight = "in-flight", CONFLICT, "First call still running",
        "Another call with the same Idempotency-Key has not finished. Wait a moment and repeat the call.";
    InUse = "in-use", CONFLICT, "Still in use",
        "It cannot be removed while other things refer to it.";
    Over = "over", CONFLICT, "Already over",
        "It came to its end, so there is nothing left to stop.";
    FeeMissing = "fee-missing", CONFLICT, "No fee yet",
        "The request has no fee, so no payment can be registered. Set a service or a fee first.";
    LastAdministrator = "last-administrator", CONFLICT, "Last administrator",
        "The last active administrator cannot be suspended, removed or demoted.";
    MailNotConfigured = "mail-not-configured", CONFLICT, "No mail is sent here",
        "The operation needs a mail to be sent, and this installation is not configured to send any. Tell it to whoever runs this installation.";
    PreconditionFailed = "precondition-failed", PRECONDITION_FAILED, "Changed since you read it",
        "The header If-Match names another version than the present one. Read it again and decide anew.";
    TooLarge = "too-large", PAYLOAD_TOO_LARGE, "Body too large",
        "The body is larger than this operation reads.";
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "Unsupported media type",
        "The body has a media type or encoding that this operation does not read.";
    RangeNotSatisfiable = "range-not-satisfiable", RANGE_NOT_SATISFIABLE, "No such range",
        "The header Range asks for bytes beyond the end. The header Content-Range says how many bytes there are.";
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "Invalid values",
        "The message was read, but some of its values are refused. The member errors lists them, each with a JSON pointer, a code and a sentence.";
    InvalidCursor = "invalid-cursor", UNPROCESSABLE_ENTITY, "Invalid cursor",
        "The cursor was not made for this list with these filters. Begin again without a cursor.";
    PreconditionRequired = "precondition-required", PRECONDITION_REQUIRED, "If-Match needed",
        "The change needs the header If-Match with the ETag that you have seen, so that nobody's work is overwritten unread.";
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS, "Too many requests",
        "You asked too often. The header Retry-After says how many seconds to wait.";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Internal error",
        "Something failed on our side and was logged under the request_id. Tell it to whoever runs this installation.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Unavailable",
        "The database or the object storage cannot answer at the moment. The header Retry-After says when to try again.";
}

impl Kind {
    /// The kind for a status that something below us answered without saying more.
    pub(super) fn of_status(status: StatusCode) -> Self {
        let same = Self::ALL.iter().copied().find(|kind| kind.status() == status);
        same.unwrap_or(if status.is_client_error() { Self::Malformed } else { Self::Internal })
    }
}
