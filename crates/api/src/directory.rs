//! Directories whose entries have a name, are active or not, and nothing besides.

/// Declares how such an entry is shown, and what is said of one:
///
/// ```text
/// named_entry! {
///     /// A room for consultations.
///     view RoomView of Room, example "01940000-0000-7000-8000-000000000f01" "Ground floor";
///     /// What is said of a room.
///     fields RoomFields gives RoomPatch {
///         /// Name; two that differ by case alone are one.
///         name,
///         /// Whether it is in use.
///         active,
///     }
/// }
/// ```
///
/// is a `RoomView` that stands in the OpenAPI document as `Room`, and `RoomFields`, of which `body!` makes bodies.
macro_rules! named_entry {
    (
        $(#[doc = $view_doc:literal])+
        view $View:ident of $Entity:ident, example $id:literal $name:literal;
        $(#[doc = $fields_doc:literal])+
        fields $Fields:ident gives $Patch:ident {
            $(#[doc = $name_doc:literal])+
            name,
            $(#[doc = $active_doc:literal])+
            active,
        }
    ) => {
        $(#[doc = $view_doc])+
        #[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
        #[schema(as = $Entity, example = json!({
            "id": $id, "version": 1, "name": $name, "active": true,
            "created_at": "2026-01-05T12:00:00.000000Z", "updated_at": "2026-01-05T12:00:00.000000Z"
        }))]
        struct $View {
            /// Identifier.
            id: uuid::Uuid,
            /// Number of changes.
            version: i64,
            /// Name.
            name: String,
            /// Whether it is offered.
            active: bool,
            /// When it was made.
            created_at: crate::codes::Moment,
            /// When it was last changed.
            updated_at: crate::codes::Moment,
        }

        impl crate::audited_entity::Entry for $View {
            fn id(&self) -> uuid::Uuid {
                self.id
            }
            fn version(&self) -> i64 {
                self.version
            }
        }

        impl From<$Entity> for $View {
            fn from(entry: $Entity) -> Self {
                Self {
                    id: entry.id.raw(),
                    version: entry.version,
                    name: entry.name,
                    active: entry.active,
                    created_at: entry.created_at.into(),
                    updated_at: entry.updated_at.into(),
                }
            }
        }

        $(#[doc = $fields_doc])+
        #[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        struct $Fields {
            $(#[doc = $name_doc])+
            #[serde(default)]
            #[schema(value_type = String, min_length = 1, max_length = 150)]
            name: crate::field::Field<String>,
            $(#[doc = $active_doc])+
            #[serde(default)]
            #[schema(value_type = bool)]
            active: crate::field::Field<bool>,
        }

        impl $Fields {
            fn read(&self, r: &mut crate::parse::Reader<'_>) -> $Patch {
                use crate::parse::{MAX_NAME_LEN, line};
                $Patch {
                    name: r.text("name", &self.name, line(MAX_NAME_LEN)),
                    active: r.set_or("active", self.active, true),
                }
            }
        }
    };
}
pub(crate) use named_entry;
