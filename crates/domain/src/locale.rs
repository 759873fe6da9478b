//! The languages Medcert speaks.

crate::codes! {
    /// Language of a person, of the web app and of a printed certificate (BCP 47 primary tag, lower case).
    Locale {
        /// English.
        En = "en",
        /// Spanish.
        Es = "es",
        /// Portuguese.
        Pt = "pt",
        /// Ukrainian.
        Uk = "uk",
    }
}
