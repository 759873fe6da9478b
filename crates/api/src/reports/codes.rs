//! The closed vocabularies of reports.

use medcert_domain::reports;

use crate::codes::wire;

wire! {
    GroupingCode = reports::Grouping, "Grouping", "How a series is cut.";
}
