//! The closed vocabularies of billing.

use medcert_domain::billing as b;

use crate::codes::wire;

wire! {
    ChannelCode = b::Channel, "Channel", "How money travelled.";
    PaymentStatusCode = b::PaymentStatus, "PaymentStatus", "What the money of a request amounts to.";
}
