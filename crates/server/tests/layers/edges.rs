//! Which room may name which, and what belongs to no room and names some all the same.

/// What each room may name, in every layer. A room that is new here says why.
pub(crate) const ROOM_EDGES: &[(&str, &[&str])] = &[
    // Runs the lines of imports, which rooms declare, as whoever asked for them.
    ("jobs", &[]),
    // Money knows nothing of what it is paid for.
    ("billing", &[]),
    // Files know nothing of what they belong to.
    ("files", &[]),
    // What is offered refers to nobody. Imports are jobs.
    ("catalog", &["jobs"]),
    // Whoever is known here is known before they have an account or a request. Staff have specialties; imports are jobs.
    ("people", &["catalog", "jobs"]),
    // An account is a person's, and makes staff of that person.
    ("identity", &["people"]),
    // Requests are people's, for services, paid, worked on by accounts, with files. Imports are jobs.
    ("certification", &["billing", "catalog", "files", "identity", "jobs", "people"]),
    // Figures are told of requests and their money, by service, promoter, staff and account.
    ("reports", &["billing", "catalog", "certification", "identity", "people"]),
];

/// Where what belongs to no room names rooms all the same, by file or folder, and why. The lists of rooms
/// (`rooms.rs` of each layer) name them all.
pub(crate) const KERNEL: &[(&str, &[&str], &str)] = &[
    (
        "application/app.rs",
        &["catalog", "files", "identity", "jobs"],
        "what one process keeps: limits, logins, its queue of jobs",
    ),
    ("application/audit.rs", &["identity"], "events without an actor are about accounts"),
    (
        "application/demo.rs",
        &["catalog", "identity", "people"],
        "the accounts and services of a demonstration",
    ),
    ("application/directory.rs", &["jobs"], "entries of directories come in files, which are jobs"),
    ("application/error.rs", &["certification"], "refusals of requests are answers as they are"),
    ("application/mail.rs", &["identity"], "what letters say is put together when they are sent"),
    (
        "application/rendering.rs",
        &["catalog", "certification", "people"],
        "a certificate is made of their words",
    ),
    ("application/retry.rs", &["certification"], "refusals of requests, from inside a unit of work"),
    ("application/store/bulk.rs", &["certification", "people"], "what an empty installation is filled with"),
    ("application/store/records.rs", &["certification"], "messages for the outside world tell of requests"),
    (
        "persistence/named_user.rs",
        &["identity", "people"],
        "whatever is done was done by an account, told by name",
    ),
    ("persistence/statements.rs", &["billing", "certification", "files"], "the two reads that are measured"),
    ("api/access.rs", &["certification"], "the list of operations: some are actions on requests"),
    ("api/auth_middleware.rs", &["identity"], "asks who is behind an access token"),
    ("api/imports", &["jobs"], "an import is a job"),
    ("api/policy.rs", &["certification"], "shows the policy of requests"),
    ("api/problem/refused.rs", &["certification"], "why a request refuses something"),
];

/// The layers that have rooms, as their crates are named in paths.
pub(crate) const LAYERS: [(&str, &str); 4] = [
    ("domain", "medcert_domain"),
    ("application", "medcert_application"),
    ("persistence", "medcert_persistence"),
    ("api", "medcert_api"),
];
