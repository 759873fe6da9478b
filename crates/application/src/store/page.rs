//! Parts of lists.

use uuid::Uuid;

/// Place in a list: the sort key and the id of the last row seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The sort key of that row: microseconds since 1970 as text, or the name, or the number.
    pub key: String,
    /// Its id.
    pub id: Uuid,
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows wanted, 1 to 200.
    pub limit: u64,
    /// After which row.
    pub after: Option<Cursor>,
    /// Whether the exact total is wanted.
    pub with_total: bool,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
    /// The exact number of rows over all pages, when asked for.
    pub total: Option<u64>,
}
