//! The port to whatever looks for malware.

use async_trait::async_trait;

use crate::objects::ObjectKey;

/// What a scanner says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Clean,
    /// It would do harm.
    Infected,
    /// It cannot be told at the moment.
    Unavailable,
}

/// Looks at uploaded files before anybody else can: the object is stored already, but no row leads to it.
#[async_trait]
pub trait Scanner: Send + Sync {
    /// Looks at the object of so many bytes.
    async fn scan(&self, object: &ObjectKey, size: u64) -> Verdict;
}

/// Looks at nothing: for installations without a scanner.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoScanner;

#[async_trait]
impl Scanner for NoScanner {
    async fn scan(&self, _: &ObjectKey, _: u64) -> Verdict {
        Verdict::Clean
    }
}
