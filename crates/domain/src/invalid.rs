//! What is wrong with a value, and where: the material of every 422 answer.

/// One value that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer (RFC 6901) into the caller's document, such as `/client/given_names`.
    pub pointer: String,
    /// Stable code in kebab case, such as `too-long`.
    pub code: &'static str,
    /// One English sentence; never the refused value when it could be a secret.
    pub message: String,
}

/// The values that were refused; never empty when it is returned as an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("{} value(s) refused", self.faults.len())]
pub struct Invalid {
    /// What was refused, in document order.
    pub faults: Vec<Fault>,
}

impl Invalid {
    /// A single refused value.
    pub fn one(pointer: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self { faults: vec![Fault { pointer: pointer.to_owned(), code, message: message.into() }] }
    }
}

/// Collects faults while a document is read, so that the caller sees all of them at once.
#[derive(Debug, Default)]
pub struct Checks {
    faults: Vec<Fault>,
}

impl Checks {
    /// Notes a fault.
    pub fn fault(&mut self, pointer: &str, code: &'static str, message: impl Into<String>) {
        self.faults.push(Fault { pointer: pointer.to_owned(), code, message: message.into() });
    }

    /// Keeps the value, or notes its faults below `pointer`.
    pub fn keep<T>(&mut self, pointer: &str, value: Result<T, Invalid>) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.faults.extend(
                    invalid
                        .faults
                        .into_iter()
                        .map(|f| Fault { pointer: format!("{pointer}{}", f.pointer), ..f }),
                );
                None
            }
        }
    }

    /// An error when anything was noted.
    pub fn finish(self) -> Result<(), Invalid> {
        if self.faults.is_empty() { Ok(()) } else { Err(Invalid { faults: self.faults }) }
    }

    /// The value when nothing was noted and it is there.
    pub fn done<T>(self, value: Option<T>) -> Result<T, Invalid> {
        let faults = self.faults;
        match value {
            Some(value) if faults.is_empty() => Ok(value),
            _ => Err(Invalid { faults }),
        }
    }
}
