//! HTTP API of Medcert: routes, views, problems and the OpenAPI document.
//!
//! A handler extracts, calls one use case and answers with a view. Everything every operation shares is done around
//! it: [`Http`] builds the application with its gate (methods, limits, tokens, roles) and its outermost layer
//! (request ids, problems, headers, logs, numbers).

pub mod access;
mod api_state;
mod app;
mod audited_entity;
mod auth_middleware;
mod author;
mod billing;
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
mod fields;
mod files;
mod identity;
mod imports;
mod jobs;
mod json;
mod metrics;
#[cfg(test)]
mod middleware_tests;
mod money;
pub mod openapi;
mod operations;
mod page;
mod parse;
mod path;
mod people;
mod policy;
mod preconditions;
mod problem;
mod query;
mod rate_limit;
mod registry;
mod reports;
mod request_log;
mod rooms;
mod routing;
mod security_headers;
#[cfg(test)]
mod stub;

pub use api_state::HttpOptions;
pub use app::Http;
pub use body::{Body, LIMIT as BODY_LIMIT};
pub use caller::{Caller, Source};
pub use etag::{created, etag, versioned};
pub use field::Field;
pub use page::{List, PageParams};
pub use path::{PathId, uuid};
pub use preconditions::Preconditions;
pub use problem::{Failure, Fault, Kind, Problem};
pub use query::Query;
pub use rooms::imports;
