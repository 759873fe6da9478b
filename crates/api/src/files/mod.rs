//! Files of requests.

mod content;
mod form;
mod range;
mod routes;
mod view;

pub(crate) use routes::routes;
pub(crate) use view::FileView;
