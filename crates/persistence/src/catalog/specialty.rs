//! The table of specialties.

use medcert_domain::{Entity as _, catalog::Specialty, text};

use crate::{
    audited_entity::keys::{KeyType, Searchable, keyed_by},
    directory::named_table,
};

named_table!(Specialty in "specialty", same by text::alike);

/// Specialties are found by their names.
pub(crate) const SEARCHABLE: Searchable = Searchable {
    kinds: &[Specialty::KIND],
    select: || keyed_by::<table::Entity>(table::Column::Name),
    key: KeyType::Text,
};
