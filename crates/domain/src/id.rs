//! Typed identifiers: an id of a person cannot be passed where one of a request is wanted.

use std::{
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
};

use uuid::Uuid;

/// Identifier of something of kind `E` (`UUIDv7`, RFC 9562 §5.7).
pub struct Id<E>(Uuid, PhantomData<fn() -> E>);

impl<E> Id<E> {
    /// Wraps a raw identifier.
    pub const fn new(raw: Uuid) -> Self {
        Self(raw, PhantomData)
    }

    /// The raw identifier.
    pub const fn raw(self) -> Uuid {
        self.0
    }
}

impl<E> Clone for Id<E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E> Copy for Id<E> {}
impl<E> PartialEq for Id<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<E> Eq for Id<E> {}
impl<E> PartialOrd for Id<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<E> Ord for Id<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<E> Hash for Id<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<E> fmt::Debug for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
impl<E> fmt::Display for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Kinds of things that are referred to from below the room that owns them: who acts, whose data it is, what a file is
/// evidence of.
pub mod key {
    /// An account.
    #[derive(Debug)]
    pub enum User {}
    /// A login of an account.
    #[derive(Debug)]
    pub enum Session {}
    /// A natural person.
    #[derive(Debug)]
    pub enum Person {}
    /// A staff record.
    #[derive(Debug)]
    pub enum Staff {}
    /// A payment.
    #[derive(Debug)]
    pub enum Payment {}
}

/// Identifier of an account.
pub type UserId = Id<key::User>;
/// Identifier of a login.
pub type SessionId = Id<key::Session>;
/// Identifier of a natural person.
pub type PersonId = Id<key::Person>;
/// Identifier of a staff record.
pub type StaffId = Id<key::Staff>;
/// Identifier of a payment.
pub type PaymentId = Id<key::Payment>;

/// Something with an identity and a version that counts its changes.
pub trait Entity: Clone + Send + Sync + 'static {
    /// What its identifier is one of: the entity itself, or a [`key`] where rooms further down refer to it.
    type Key: 'static;

    /// Name of the kind in messages and logs.
    const KIND: &'static str;

    /// Its identifier.
    fn id(&self) -> Id<Self::Key>;

    /// Number of changes so far, counted by the store: 1 after the first write.
    fn version(&self) -> i64;
}
