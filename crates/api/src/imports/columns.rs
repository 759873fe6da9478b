//! The columns of CSV files: which members of a body their cells become, and as what.

use serde_json::Value;

/// A column: the member of the body with the same name, an inner one behind a dot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Column {
    /// Its name.
    pub(super) name: &'static str,
    cell_type: CellType,
}

/// What the cells of a column are in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum CellType {
    Text,
    Number,
    Flag,
    List,
}

/// A column of texts: also of codes, dates, amounts and identifiers.
pub(crate) const fn text(name: &'static str) -> Column {
    Column { name, cell_type: CellType::Text }
}

/// A column of whole numbers.
pub(crate) const fn number(name: &'static str) -> Column {
    Column { name, cell_type: CellType::Number }
}

/// A column of `true` and `false`, in capitals too, as spreadsheets write them.
pub(crate) const fn flag(name: &'static str) -> Column {
    Column { name, cell_type: CellType::Flag }
}

/// A column of lists of codes with blanks between them.
pub(crate) const fn list(name: &'static str) -> Column {
    Column { name, cell_type: CellType::List }
}

impl Column {
    /// A cell as the member it stands for. One that cannot be read so stays a text: then the reader of the body
    /// refuses it at its line, with its name, and the other lines are done.
    pub(super) fn value(self, cell: &str) -> Value {
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

/// Fails unless the columns are the members of a schema that hold no object, each as what it is there.
#[cfg(test)]
pub(crate) fn assert_members(columns: &[Column], schema: &str) {
    use std::collections::BTreeSet;

    fn members(schema: &Value, all: &Value, before: &str, found: &mut BTreeSet<(String, CellType)>) {
        let reference = schema["$ref"].as_str().or_else(|| {
            let one_of = schema["oneOf"].as_array()?;
            one_of.iter().find_map(|one| one["$ref"].as_str())
        });
        let schema = reference.map_or(schema, |reference| all.pointer(&reference[1..]).unwrap());
        let Some(properties) = schema["properties"].as_object() else {
            let kind = schema["type"].to_string();
            let cell_type =
                [("integer", CellType::Number), ("boolean", CellType::Flag), ("array", CellType::List)]
                    .into_iter()
                    .find_map(|(name, cell_type)| kind.contains(name).then_some(cell_type));
            found.insert((before.to_owned(), cell_type.unwrap_or(CellType::Text)));
            return;
        };
        for (name, inner) in properties {
            let name = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
            members(inner, all, &name, found);
        }
    }

    let document: Value = serde_json::from_str(&crate::openapi::text()).unwrap();
    let mut found = BTreeSet::new();
    members(&document["components"]["schemas"][schema], &document, "", &mut found);
    let own: BTreeSet<_> = columns.iter().map(|column| (column.name.to_owned(), column.cell_type)).collect();
    assert_eq!(own, found, "{schema}");
    assert_eq!(own.len(), columns.len(), "{schema}: a column occurs twice");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_are_read_as_what_their_column_holds() {
        let read = |column: fn(&'static str) -> Column, cell| column("x").value(cell);
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
