//! Files of requests.

pub(crate) mod codes;
mod content;
mod form;
mod range;
mod routes;
mod view;

pub(crate) use routes::ROOM;
pub(crate) use view::FileView;
