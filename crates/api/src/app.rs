//! The HTTP application: the routes with what is around all of them.

use std::{net::TcpListener, sync::Arc};

use actix_web::{
    HttpResponse, HttpServer,
    body::BoxBody,
    dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::{Compress, from_fn},
    web,
};
use medcert_application::App;

use crate::{
    api_state::{ApiState, HttpOptions},
    auth_middleware, compression, openapi, operations,
    problem::{Failure, Kind},
    rate_limit::Limiter,
    registry::Registry,
    request_log, rooms,
    routing::Table,
};

/// How long requests under way may take to finish once the server is told to stop.
const GRACE_SECONDS: u64 = 20;

/// Everything the HTTP side keeps, shared by all its threads.
#[derive(Clone)]
pub struct Http(Arc<ApiState>);

/// How long somebody who reads the numbers may take to finish.
const NUMBERS_GRACE_SECONDS: u64 = 1;

/// The addresses that the document leaves out.
const UNDOCUMENTED: &[(&str, &str)] = &[("/docs", "docs"), ("/docs/{_:.*}", "docs")];

impl Http {
    /// Around this application.
    pub fn new(app: Arc<App>, options: HttpOptions) -> Self {
        let table = Table::of(&openapi::addresses(), UNDOCUMENTED);
        let limiter = options.rate_limit.map(Limiter::new);
        let https = app.parts.settings.public_url.starts_with("https://");
        Self(Arc::new(ApiState { app, options, table, limiter, metrics: Arc::default(), https }))
    }

    /// The actix application: for a server's threads and for tests.
    pub fn service(
        &self,
    ) -> actix_web::App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<BoxBody>,
            Error = actix_web::Error,
            InitError = (),
        > + use<>,
    > {
        let admit = Arc::clone(&self.0);
        let watch = Arc::clone(&self.0);
        actix_web::App::new()
            .app_data(web::Data::from(Arc::clone(&self.0.app)))
            .app_data(web::Data::from(Arc::clone(&self.0.metrics)))
            .configure(|application| rooms::routes(&mut Registry::answering(application)))
            .configure(operations::undocumented)
            .default_service(web::to(nothing))
            .wrap(from_fn(move |req, next| auth_middleware::admit(Arc::clone(&admit), req, next)))
            .wrap(from_fn(compression::spare))
            .wrap(Compress::default())
            .wrap(from_fn(compression::unmark))
            .wrap(from_fn(move |req, next| request_log::watch(Arc::clone(&watch), req, next)))
    }

    /// Serves on a listening socket; the caller awaits the server.
    pub fn serve(&self, listener: TcpListener) -> std::io::Result<Server> {
        let http = self.clone();
        let server =
            HttpServer::new(move || http.service()).shutdown_timeout(GRACE_SECONDS).disable_signals();
        let server = match self.0.options.workers {
            Some(workers) => server.workers(workers),
            None => server,
        };
        Ok(server.listen(listener)?.run())
    }

    /// Serves `/metrics`, and nothing else, to whoever reaches this socket.
    pub fn serve_metrics(&self, listener: TcpListener) -> std::io::Result<Server> {
        let metrics = Arc::clone(&self.0.metrics);
        let application = move || {
            actix_web::App::new()
                .app_data(web::Data::from(Arc::clone(&metrics)))
                .route("/metrics", web::get().to(operations::numbers))
        };
        let server = HttpServer::new(application).workers(1).shutdown_timeout(NUMBERS_GRACE_SECONDS);
        Ok(server.disable_signals().listen(listener)?.run())
    }
}

async fn nothing() -> Result<HttpResponse, Failure> {
    Err(Failure::new(Kind::NotFound, "there is nothing at this address"))
}
