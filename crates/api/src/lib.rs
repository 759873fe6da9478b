//! HTTP API of Medcert: routes, views, problems and the OpenAPI document.
//!
//! A handler extracts, calls one use case and answers with a view. Everything every operation shares is done around
//! it: [`Http`] builds the application with its gate (methods, limits, tokens, roles) and its outermost layer
//! (request ids, problems, headers, logs, numbers).

pub mod access;
mod app;
#[cfg(test)]
mod around;
mod body;
mod caller;
mod catalog;
mod certification;
mod codes;
mod compression;
mod directory;
mod etag;
mod export;
mod field;
mod files;
mod gate;
mod headers;
mod identity;
mod imports;
mod jobs;
mod json;
mod limit;
mod lines;
mod metrics;
mod observe;
pub mod openapi;
mod operations;
mod page;
mod path;
mod people;
mod policy;
mod preconditions;
mod problem;
mod query;
mod reading;
mod registry;
mod reports;
mod routing;
mod shared;
#[cfg(test)]
mod stub;

pub use app::Http;
pub use body::{Body, LIMIT as BODY_LIMIT};
pub use caller::{Caller, Source};
pub use etag::{created, etag, versioned};
pub use field::Field;
pub use lines::LINE_FORMS;
pub use page::{List, Paging};
pub use path::{PathId, uuid};
pub use preconditions::Preconditions;
pub use problem::{Failure, Fault, Kind, Problem};
pub use query::Query;
pub use shared::HttpOptions;
