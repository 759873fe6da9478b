//! What callers hand in: a document that is asked in two steps.

use medcert_domain::institution::Institution;

use crate::Error;

/// A document that a caller sent: asked whether it can be read at all before anything is loaded, and for its
/// values last, when the caller is known to be allowed and the request to be in the right stage.
pub trait Input<T> {
    /// Refuses what is no document: broken syntax, encoding, size, media type.
    fn well_formed(&self) -> Result<(), Error>;

    /// Its values; the profile supplies defaults such as the currency. May be asked more than once.
    fn read(&self, profile: &Institution) -> Result<T, Error>;
}

/// An input that is known already, for callers inside the program.
pub struct Parsed<T>(pub T);

impl<T: Clone> Input<T> for Parsed<T> {
    fn well_formed(&self) -> Result<(), Error> {
        Ok(())
    }

    fn read(&self, _: &Institution) -> Result<T, Error> {
        Ok(self.0.clone())
    }
}
