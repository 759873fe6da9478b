//! Bodies whose fields are declared once: for a new thing and for changes to it.
//!
//! The fields stand in one struct, whose members are [`Field`](crate::field::Field)s, with one function that reads
//! them. [`body!`] makes bodies of it: one that is whole, in which a field that cannot be null must be there, and one
//! that holds changes (a merge patch, RFC 7396), in which all of them may be left out. What they have in the OpenAPI
//! document, and the columns of a CSV import, follow from the same struct.

use serde_json::Value;
use utoipa::{
    PartialSchema,
    openapi::{
        RefOr,
        schema::{Object, OneOfBuilder, Schema, SchemaType, Type},
    },
};

/// Whether a body is about a whole thing, or about what changes of one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    /// What is required must be there; null says no more than leaving a field out.
    Whole,
    /// What is left out stays; null clears.
    #[default]
    Changes,
}

/// What a body says of itself in the OpenAPI document, besides its fields.
pub(crate) struct About {
    pub(crate) scope: Scope,
    /// Lines of its documentation.
    pub(crate) description: &'static [&'static str],
    /// Fields that the struct has and this body has not.
    pub(crate) without: &'static [&'static str],
    /// Fields that a whole body may leave out although they cannot be null.
    pub(crate) defaults: &'static [&'static str],
    pub(crate) example: Option<Value>,
}

/// The schema of a body with these fields.
pub(crate) fn schema<F: PartialSchema>(about: About) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut body)) = F::schema() else { return F::schema() };
    for name in about.without {
        body.properties.remove(*name);
    }
    body.required = match about.scope {
        Scope::Changes => vec![],
        Scope::Whole => required(&body, about.defaults),
    };
    if about.scope == Scope::Whole {
        for name in about.defaults {
            if let Some(property) = body.properties.get_mut(*name) {
                *property = nullable(property.clone());
            }
        }
    }
    let lines: Vec<&str> = about.description.iter().map(|line| line.trim()).collect();
    body.description = Some(lines.join("\n"));
    body.example = about.example;
    RefOr::T(Schema::Object(body))
}

fn required(body: &Object, defaults: &[&str]) -> Vec<String> {
    let must = |(name, property): &(&String, &RefOr<Schema>)| {
        !may_be_null(property) && !defaults.contains(&name.as_str())
    };
    body.properties.iter().filter(must).map(|(name, _)| name.clone()).collect()
}

fn may_be_null(property: &RefOr<Schema>) -> bool {
    match property {
        RefOr::T(Schema::Object(object)) => has_null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => has_null(&array.schema_type),
        RefOr::T(Schema::OneOf(one)) => one.items.iter().any(may_be_null),
        _ => false,
    }
}

fn has_null(schema_type: &SchemaType) -> bool {
    match schema_type {
        SchemaType::Type(one) => *one == Type::Null,
        SchemaType::Array(several) => several.contains(&Type::Null),
        SchemaType::AnyValue => true,
    }
}

fn nullable(property: RefOr<Schema>) -> RefOr<Schema> {
    match property {
        RefOr::T(Schema::Object(mut object)) => {
            if let SchemaType::Type(one) = object.schema_type {
                object.schema_type = SchemaType::Array(vec![one, Type::Null]);
            }
            RefOr::T(Schema::Object(object))
        }
        other => {
            let null = Object::with_type(Type::Null);
            OneOfBuilder::new().item(other).item(Schema::Object(null)).into()
        }
    }
}

/// Declares bodies of a struct of fields:
///
/// ```text
/// body! {
///     /// A new service.
///     pub(crate) NewServiceBody = "NewService": Whole ServiceFields,
///     defaults ["active"], example {"name": "Sports certificate"}
/// }
/// ```
///
/// is a `NewServiceBody(ServiceFields)` that is read as its fields are, and stands in the OpenAPI document as
/// `NewService`: with the fields but those behind `without [...]`, of which those that cannot be null are required,
/// unless they stand behind `defaults [...]`. Bodies that fill the parameters of generic fields stand behind `of [...]`
/// once more, for the document. With `Changes` in place of `Whole` none is required.
macro_rules! body {
    (
        $(#[doc = $doc:literal])+
        $vis:vis $Body:ident = $name:literal: $scope:ident $Fields:ty
        $(, of [$($Part:ty),+])? $(, without [$($without:literal),+])? $(, defaults [$($default:literal),+])? $(, example $example:tt)?
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, serde::Deserialize)]
        #[serde(transparent)]
        $vis struct $Body($Fields);

        impl AsRef<$Fields> for $Body {
            fn as_ref(&self) -> &$Fields {
                &self.0
            }
        }

        impl $Body {
            /// The scope that it is read in.
            pub(crate) const SCOPE: crate::fields::Scope = crate::fields::Scope::$scope;
        }

        impl utoipa::PartialSchema for $Body {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::fields::schema::<$Fields>(crate::fields::About {
                    scope: Self::SCOPE,
                    description: &[$($doc),+],
                    without: &[$($($without),+)?],
                    defaults: &[$($($default),+)?],
                    example: [$(serde_json::json!($example))?].into_iter().next(),
                })
            }
        }

        impl utoipa::ToSchema for $Body {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn schemas(
                schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>,
            ) {
                <$Fields as utoipa::ToSchema>::schemas(schemas);
                $($(
                    schemas.push((
                        <$Part as utoipa::ToSchema>::name().into_owned(),
                        <$Part as utoipa::PartialSchema>::schema(),
                    ));
                    <$Part as utoipa::ToSchema>::schemas(schemas);
                )+)?
            }
        }
    };
}
pub(crate) use body;
