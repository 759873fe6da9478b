//! Files of requests.

mod routes;
mod view;

pub(crate) use routes::FILES;
pub(super) use view::FileView;
