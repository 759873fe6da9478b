//! What all threads and layers of the HTTP side share.

use std::{num::NonZeroU32, sync::Arc};

use ipnet::IpNet;
use medcert_application::App;

use crate::{metrics::Metrics, rate_limit::Limiter, routing::Table};

/// What is configured of the HTTP side.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// Requests a second that one caller may make; `None` for no limit.
    pub rate_limit: Option<NonZeroU32>,
    /// Networks of the proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Threads that answer; `None` for one for each processor.
    pub workers: Option<usize>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { rate_limit: NonZeroU32::new(100), trusted_proxies: Vec::new(), workers: None }
    }
}

/// Everything the HTTP side keeps.
pub(crate) struct ApiState {
    pub(crate) app: Arc<App>,
    pub(crate) options: HttpOptions,
    pub(crate) table: Table,
    pub(crate) limiter: Option<Limiter>,
    pub(crate) metrics: Arc<Metrics>,
    /// Whether callers reach us by https, so that browsers may be told to insist on it.
    pub(crate) https: bool,
}
