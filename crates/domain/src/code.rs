//! Enumerations that have one spelling everywhere: in JSON, in the database and in golden files.

/// Declares an enumeration of fieldless variants, each with its `UPPER_SNAKE` code.
///
/// The code is the wire and storage format, so a variant may be renamed freely but never its code.
#[macro_export]
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code: upper snake case, stable for ever.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The variant where it is declared, which is there as long as the program runs.
            pub const fn entry(self) -> &'static Self {
                match self { $(Self::$variant => &Self::$variant),+ }
            }

            /// The variant with exactly this code.
            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.code()) }
        }

        impl $crate::FieldValue for $name {
            fn history_text(&self) -> Option<String> { Some(self.code().to_owned()) }
        }
    };
}
