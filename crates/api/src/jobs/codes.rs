//! The closed vocabularies of jobs.

use medcert_domain::jobs;

use crate::codes::wire;

wire! {
    JobStatusCode = jobs::JobStatus, "JobStatus",
        "Where a job stands: SUCCEEDED when every line was judged, FAILED when something unexpected stopped it.";
    LineOutcomeCode = jobs::LineOutcome, "LineOutcome", "What came of a line.";
}
