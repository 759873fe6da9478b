//! Fields that people may edit. Each is declared once, with [`editable!`](crate::editable); the entity, what makes a
//! new one, what changes it and the lines of its history follow from that declaration.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{Country, Currency, Entity, Id, Money};

/// The value of a field that people may edit.
pub trait FieldValue: Sized {
    /// The value as the history shows it to people, never a secret; `None` where there is nothing.
    fn history_text(&self) -> Option<String>;

    /// What the field of a new thing holds of which nothing was said; `None` where something must be said.
    fn unsaid() -> Option<Self> {
        None
    }
}

macro_rules! history_texts {
    ($($type:ty => $text:expr;)+) => {$(
        impl FieldValue for $type {
            fn history_text(&self) -> Option<String> {
                let text: fn(&Self) -> String = $text;
                Some(text(self))
            }
        }
    )+};
}
history_texts! {
    String => String::clone;
    bool => ToString::to_string;
    u32 => ToString::to_string;
    NaiveDate => ToString::to_string;
    Money => ToString::to_string;
    Currency => ToString::to_string;
    Country => |country| country.code().to_owned();
    chrono_tz::Tz => |zone| zone.name().to_owned();
}

impl<E> FieldValue for Id<E> {
    fn history_text(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl<T: FieldValue> FieldValue for Option<T> {
    fn history_text(&self) -> Option<String> {
        self.as_ref().and_then(T::history_text)
    }

    fn unsaid() -> Option<Self> {
        Some(None)
    }
}

impl<T: FieldValue> FieldValue for BTreeSet<T> {
    fn history_text(&self) -> Option<String> {
        let texts: Vec<String> = self.iter().filter_map(T::history_text).collect();
        (!texts.is_empty()).then(|| texts.join(", "))
    }
}

/// Something with fields that people may edit.
pub trait Editable {
    /// Each of these fields by its name in the API, with its value as the history shows it.
    fn field_texts(&self) -> Vec<(&'static str, Option<String>)>;
}

/// An entity of which nothing can be said but its declared fields: whoever makes or changes one need not know which.
pub trait Declared: Entity + Editable + Clone + PartialEq {
    /// A new one.
    type New;
    /// Changes to one.
    type Patch;

    /// A new one, not yet stored.
    fn made(id: Id<Self>, new: Self::New, now: DateTime<Utc>) -> Self;

    /// The same with these changes; version and moments stay.
    #[must_use]
    fn changed(&self, patch: Self::Patch) -> Self;

    /// The same in this version, last changed at this moment.
    #[must_use]
    fn versioned(self, version: i64, updated_at: DateTime<Utc>) -> Self;
}

/// One field that changed, or would have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Name of the field as in the API.
    pub field: &'static str,
    /// Value before.
    pub old: Option<String>,
    /// Value after.
    pub new: Option<String>,
    /// False when the data is protected and the old value was kept.
    pub applied: bool,
}

/// What differs between two states, in the order of declaration; without a state before, everything that is set.
pub fn field_changes<E: Editable>(before: Option<&E>, after: &E) -> Vec<FieldChange> {
    let old = before.map(E::field_texts).unwrap_or_default();
    let mut old = old.into_iter().map(|(_, text)| text).chain(std::iter::repeat(None));
    let pairs = after.field_texts().into_iter().map(|(field, new)| (field, old.next().flatten(), new));
    let changes = pairs.filter(|(_, old, new)| old != new);
    changes.map(|(field, old, new)| FieldChange { field, old, new, applied: true }).collect()
}

/// Declares the fields of an entity that people may edit.
///
/// ```
/// # use medcert_domain::{Editable as _, editable, field_changes};
/// editable! {
///     /// A room for consultations.
///     entity Room = "room" {}
///     /// A new room.
///     new NewRoom;
///     /// Changes to a room.
///     patch RoomPatch {
///         /// Its name.
///         name: String,
///         /// Where it is.
///         floor: Option<u32>,
///     }
/// }
/// # let at = chrono::DateTime::from_timestamp(0, 0).unwrap();
/// # let id = medcert_domain::Id::new(uuid::Uuid::nil());
/// let before = Room::create(id, NewRoom { name: "A".to_owned(), floor: Some(1) }, at);
/// let mut after = before.clone();
/// RoomPatch { floor: Some(None), ..RoomPatch::default() }.apply(&mut after);
/// let changes = field_changes(Some(&before), &after);
/// assert_eq!((changes[0].field, changes[0].old.as_deref(), changes.len()), ("floor", Some("1"), 1));
/// ```
///
/// gives
/// - `Room`: id, version, both fields, when it was made and last changed; what stands in the first braces is a field
///   that nobody edits. It is an [`Entity`](crate::Entity) of that kind, and [`Editable`];
/// - `NewRoom {name: String, floor: Option<u32>}`, `Room::create` and `RoomPatch::whole`, and `Room` is [`Declared`]; only
///   where `new` is asked for;
/// - `RoomPatch {name: Option<String>, floor: Option<Option<u32>>}`, where `None` leaves a field as it is, with `apply`
///   and `retain`.
///
/// `patch P of E { … }` gives the last of these for an entity that is declared by itself. There `field in part` is the
/// field of a part of it, and `part Part; patch P of E, in part { … }` declares a part all of whose fields are edited.
/// `field as "name"` has another name in the API. `entity E of key::E` is known by the kernel's
/// [`key`](crate::key), so that rooms further down can refer to it.
#[macro_export]
macro_rules! editable {
    (
        $(#[$entity_meta:meta])*
        entity $Entity:ident $(of $key:ty)? = $kind:literal {}
        $(#[$new_meta:meta])*
        new $New:ident;
        $(#[$patch_meta:meta])*
        patch $Patch:ident { $($(#[$meta:meta])* $field:ident $(as $name:literal)? : $type:ty),+ $(,)? }
    ) => {
        $(#[$new_meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $New { $($(#[$meta])* pub $field: $type),+ }

        impl $Entity {
            /// A new one, not yet stored.
            pub fn create(id: $crate::Id<<Self as $crate::Entity>::Key>, new: $New, now: chrono::DateTime<chrono::Utc>) -> Self {
                Self { id, version: 0, $($field: new.$field,)+ created_at: now, updated_at: now }
            }
        }

        impl $crate::Declared for $Entity {
            type New = $New;
            type Patch = $Patch;

            fn made(id: $crate::Id<Self>, new: $New, now: chrono::DateTime<chrono::Utc>) -> Self {
                Self::create(id, new, now)
            }

            fn changed(&self, patch: $Patch) -> Self {
                let mut changed = self.clone();
                patch.apply(&mut changed);
                changed
            }

            fn versioned(self, version: i64, updated_at: chrono::DateTime<chrono::Utc>) -> Self {
                Self { version, updated_at, ..self }
            }
        }

        impl $Patch {
            /// Something new of which all is said that must be said.
            pub fn whole(self) -> Option<$New> {
                Some($New { $($field: self.$field.or_else($crate::FieldValue::unsaid)?),+ })
            }
        }

        $crate::editable! {
            $(#[$entity_meta])*
            entity $Entity $(of $key)? = $kind {}
            $(#[$patch_meta])*
            patch $Patch { $($(#[$meta])* $field $(as $name)? : $type),+ }
        }
    };
    (
        $(#[$entity_meta:meta])*
        entity $Entity:ident $(of $key:ty)? = $kind:literal { $($(#[$own_meta:meta])* $own:ident : $own_type:ty),* $(,)? }
        $(#[$patch_meta:meta])*
        patch $Patch:ident { $($(#[$meta:meta])* $field:ident $(as $name:literal)? : $type:ty),+ $(,)? }
    ) => {
        $(#[$entity_meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $Entity {
            /// Identifier.
            pub id: $crate::Id<<Self as $crate::Entity>::Key>,
            /// Number of changes.
            pub version: i64,
            $($(#[$own_meta])* pub $own: $own_type,)*
            $($(#[$meta])* pub $field: $type,)+
            /// When it was made.
            pub created_at: chrono::DateTime<chrono::Utc>,
            /// When it was last changed.
            pub updated_at: chrono::DateTime<chrono::Utc>,
        }

        impl $crate::Entity for $Entity {
            type Key = $crate::editable!(@key $($key)?);
            const KIND: &'static str = $kind;
            fn id(&self) -> $crate::Id<Self::Key> {
                self.id
            }
            fn version(&self) -> i64 {
                self.version
            }
        }

        $crate::editable! {
            $(#[$patch_meta])*
            patch $Patch of $Entity { $($(#[$meta])* $field $(as $name)? : $type),+ }
        }
    };
    (
        $(#[$part_meta:meta])*
        part $Part:ident;
        $(#[$patch_meta:meta])*
        patch $Patch:ident of $Entity:ty, in $part:ident {
            $($(#[$meta:meta])* $field:ident $(as $name:literal)? : $type:ty),+ $(,)?
        }
    ) => {
        $(#[$part_meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $Part { $($(#[$meta])* pub $field: $type),+ }

        $crate::editable! {
            $(#[$patch_meta])*
            patch $Patch of $Entity { $($(#[$meta])* $field in $part $(as $name)? : $type),+ }
        }
    };
    (
        $(#[$patch_meta:meta])*
        patch $Patch:ident of $Entity:ty {
            $($(#[$meta:meta])* $field:ident $(in $part:ident)? $(as $name:literal)? : $type:ty),+ $(,)?
        }
    ) => {
        $(#[$patch_meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $Patch { $($(#[$meta])* pub $field: Option<$type>),+ }

        impl $Patch {
            /// Sets what is given.
            pub fn apply(self, to: &mut $Entity) {
                $(if let Some(new) = self.$field {
                    to$(.$part)?.$field = new;
                })+
            }

            /// Leaves the fields as they are of whose names this is not true.
            pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
                $(if !keep($crate::editable!(@name $field $($name)?)) {
                    self.$field = None;
                })+
            }
        }

        impl $crate::Editable for $Entity {
            fn field_texts(&self) -> Vec<(&'static str, Option<String>)> {
                vec![$((
                    $crate::editable!(@name $field $($name)?),
                    $crate::FieldValue::history_text(&self$(.$part)?.$field),
                )),+]
            }
        }
    };
    (@key) => { Self };
    (@key $key:ty) => { $key };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $name:literal) => { $name };
}
