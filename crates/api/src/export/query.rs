//! The query of an export: that of the list or report it exports, and what it is written as.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use medcert_application::Error;
use medcert_domain::Invalid;
use serde::{Deserialize, de::DeserializeOwned};

use super::Format;
use crate::{
    problem::Failure,
    query::{self, SharedParams},
};

/// What an export is written as.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormatQuery {
    /// `csv` (also when left out) or `xlsx`.
    #[param(example = "csv", pattern = "^(csv|xlsx)$")]
    format: Option<String>,
    /// Whether CSV begins with a byte order mark, which some spreadsheet programs need to read it as UTF-8.
    bom: bool,
}

impl SharedParams for FormatQuery {
    const NAMES: &'static [&'static str] = &["format", "bom"];
}

impl FormatQuery {
    fn read(&self) -> Result<Format, Invalid> {
        let format = self.format.as_deref().filter(|format| !format.is_empty());
        format.map_or(Ok(Format::Csv), |format| {
            Format::parse(format)
                .ok_or_else(|| Invalid::one("/format", "unknown-value", "must be csv or xlsx"))
        })
    }
}

/// A query `T` together with a format.
#[derive(Debug)]
pub(crate) struct Exporting<T> {
    /// What is exported.
    pub(crate) query: T,
    /// What it is written as, and whether it begins with a byte order mark.
    pub(crate) format: Result<(Format, bool), Invalid>,
}

/// What was read of a query, and the format; all faults of both at once.
pub(crate) fn together<R>(
    read: Result<R, Error>,
    format: Result<(Format, bool), Invalid>,
) -> Result<(R, Format, bool), Error> {
    match (read, format) {
        (Ok(read), Ok((format, bom))) => Ok((read, format, bom)),
        (Err(Error::Invalid(mut faults)), Err(more)) => {
            faults.faults.extend(more.faults);
            Err(faults.into())
        }
        (Err(error), _) => Err(error),
        (_, Err(faults)) => Err(faults.into()),
    }
}

impl<T: DeserializeOwned> FromRequest for Exporting<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req.query_string()).map_err(Into::into))
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<Exporting<T>, Invalid> {
    let (format, rest) = query::apart::<FormatQuery>(text);
    let format = format.and_then(|asked| Ok((asked.read()?, asked.bom)));
    match (query::read(&rest), format) {
        (Ok(query), format) => Ok(Exporting { query, format }),
        (Err(faults), Ok(_)) => Err(faults),
        (Err(mut faults), Err(more)) => {
            faults.faults.extend(more.faults);
            Err(faults)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Other {
        limit: Option<u64>,
    }

    #[test]
    fn both_queries_are_read() {
        let both = read::<Other>("limit=5&format=xlsx&bom=true").unwrap();
        assert_eq!((both.query.limit, both.format.unwrap()), (Some(5), (Format::Xlsx, true)));
        let none = read::<Other>("").unwrap();
        assert_eq!((none.query.limit, none.format.unwrap()), (None, (Format::Csv, false)));
        let faults = |query: &str| {
            let read = read::<Other>(query).map_err(Error::from);
            let read = read.and_then(|asked| together(Ok(()), asked.format));
            let Err(Error::Invalid(Invalid { faults })) = read else { return vec![] };
            faults.into_iter().map(|fault| fault.pointer).collect::<Vec<_>>()
        };
        assert_eq!(faults("format=pdf"), ["/format"]);
        assert_eq!(faults("limit=x&bom=1"), ["/limit", "/bom"]);
        assert_eq!(faults("other=1&format=csv&format=csv"), ["/other", "/format"]);
    }
}
