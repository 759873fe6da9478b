//! The closed vocabularies of money.

crate::codes! {
    /// What the money of a settlement amounts to.
    PaymentStatus {
        /// Nothing counts yet.
        Pending = "PENDING",
        /// Some of what is due is covered.
        Partial = "PARTIAL",
        /// What is due is covered, or is 0.
        Paid = "PAID",
        /// Flagged as doubtful.
        Observed = "OBSERVED",
    }
}

crate::codes! {
    /// How money travelled.
    Channel {
        /// Notes and coins.
        Cash = "CASH",
        /// A payment card.
        Card = "CARD",
        /// A bank transfer.
        Transfer = "TRANSFER",
        /// Yape (Peru).
        Yape = "YAPE",
        /// Plin (Peru).
        Plin = "PLIN",
        /// MB WAY (Portugal).
        MbWay = "MB_WAY",
        /// Multibanco (Portugal).
        Multibanco = "MULTIBANCO",
        /// Any other.
        Other = "OTHER",
    }
}
