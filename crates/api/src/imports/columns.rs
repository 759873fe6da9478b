//! The columns of CSV files: which members of a body their cells become, and as what. They follow from the schema of the
//! body, so that a member of it is a column without being named again.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{
        RefOr,
        schema::{Schema, SchemaType, Type},
    },
};

/// A column: the member of the body with the same name, an inner one behind a dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name.
    pub(super) name: String,
    cell_type: CellType,
}

/// What the cells of a column are in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellType {
    /// Also codes, dates, amounts and identifiers.
    Text,
    /// Whole numbers.
    Number,
    /// `true` and `false`, in capitals too, as spreadsheets write them.
    Flag,
    /// Codes with blanks between them.
    List,
}

/// The columns of a file whose lines are such bodies: all members that hold no object.
pub(crate) fn columns_of<B: ToSchema>() -> Vec<Column> {
    let mut parts = vec![];
    B::schemas(&mut parts);
    let mut columns = vec![];
    collect(&B::schema(), &parts.into_iter().collect(), "", &mut columns);
    columns
}

fn collect(
    schema: &RefOr<Schema>,
    parts: &BTreeMap<String, RefOr<Schema>>,
    name: &str,
    columns: &mut Vec<Column>,
) {
    let cell_type = match schema {
        RefOr::Ref(reference) => {
            let part = reference.ref_location.rsplit('/').next().and_then(|part| parts.get(part));
            return part.into_iter().for_each(|part| collect(part, parts, name, columns));
        }
        // Something or null: what it is, if it is there.
        RefOr::T(Schema::OneOf(one)) => {
            let null = |item: &RefOr<Schema>| matches!(item, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null));
            let given = one.items.iter().filter(|item| !null(item));
            return given.for_each(|item| collect(item, parts, name, columns));
        }
        RefOr::T(Schema::Object(object)) if !object.properties.is_empty() => {
            for (inner, schema) in &object.properties {
                let below = if name.is_empty() { inner.clone() } else { format!("{name}.{inner}") };
                collect(schema, parts, &below, columns);
            }
            return;
        }
        RefOr::T(Schema::Object(object)) => cell_type(&object.schema_type),
        RefOr::T(Schema::Array(_)) => CellType::List,
        RefOr::T(_) => CellType::Text,
    };
    columns.push(Column { name: name.to_owned(), cell_type });
}

fn cell_type(schema_type: &SchemaType) -> CellType {
    let holds = |wanted: &Type| match schema_type {
        SchemaType::Type(one) => one == wanted,
        SchemaType::Array(several) => several.contains(wanted),
        SchemaType::AnyValue => false,
    };
    if holds(&Type::Integer) {
        CellType::Number
    } else if holds(&Type::Boolean) {
        CellType::Flag
    } else {
        CellType::Text
    }
}

impl Column {
    /// A cell as the member it stands for. One that cannot be read so stays a text: then the reader of the body
    /// refuses it at its line, with its name, and the other lines are done.
    pub(super) fn value(&self, cell: &str) -> Value {
        let typed = cell.trim();
        let read = match self.cell_type {
            CellType::Number => serde_json::from_str::<i64>(typed).ok().map(Value::from),
            CellType::Flag if typed.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
            CellType::Flag if typed.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
            CellType::List => Some(typed.split_whitespace().collect()),
            CellType::Text | CellType::Flag => None,
        };
        read.unwrap_or_else(|| cell.into())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::fields::body;

    #[derive(Debug, Clone, Default, Deserialize, ToSchema)]
    #[expect(dead_code, reason = "only described")]
    struct InnerFields {
        /// Roles.
        #[schema(value_type = Vec<String>)]
        roles: Vec<String>,
        /// Note.
        #[schema(value_type = Option<String>)]
        note: Option<String>,
    }
    body! {
        /// An inner thing.
        InnerBody = "Inner": Whole InnerFields
    }

    /// Members of every kind.
    #[derive(Debug, Clone, Default, Deserialize, ToSchema)]
    #[expect(dead_code, reason = "only described")]
    struct Fields {
        text: String,
        days: Option<i32>,
        active: bool,
        inner: Option<InnerBody>,
    }

    fn columns() -> Vec<Column> {
        columns_of::<Fields>()
    }

    #[test]
    fn the_members_that_hold_no_object_are_columns() {
        let found: Vec<_> = columns().into_iter().map(|column| (column.name, column.cell_type)).collect();
        let expected = [
            ("text", CellType::Text),
            ("days", CellType::Number),
            ("active", CellType::Flag),
            ("inner.roles", CellType::List),
            ("inner.note", CellType::Text),
        ];
        for (name, cell_type) in expected {
            assert!(found.contains(&(name.to_owned(), cell_type)), "{name}: {found:?}");
        }
        assert_eq!(found.len(), expected.len());
    }

    #[test]
    fn cells_are_read_as_what_their_column_holds() {
        let read = |cell_type, cell| Column { name: "x".to_owned(), cell_type }.value(cell);
        let (text, number, flag, list) = (CellType::Text, CellType::Number, CellType::Flag, CellType::List);
        assert_eq!(read(text, " 007 "), json!(" 007 "));
        assert_eq!(read(number, " 365 "), json!(365));
        assert_eq!(read(number, "-1"), json!(-1));
        assert_eq!(read(flag, "TRUE"), json!(true));
        assert_eq!(read(flag, " false"), json!(false));
        assert_eq!(read(list, " DOCTOR  MANAGER\n"), json!(["DOCTOR", "MANAGER"]));
        for odd in ["365.0", "1e3", "0365", "+1", "12 345", "99999999999999999999", "true", "null"] {
            assert_eq!(read(number, odd), json!(odd));
        }
        for odd in ["yes", "1", "verdadero", "null"] {
            assert_eq!(read(flag, odd), json!(odd));
        }
    }
}
