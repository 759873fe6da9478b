//! Where rooms put their handlers: into the application that answers, or into the document about it.
//!
//! Every thread that answers has an application of its own. None of them needs to describe itself: the descriptions
//! of all handlers weigh twenty times what the handlers do.

use actix_web::{
    dev::HttpServiceFactory,
    web::{self, ServiceConfig},
};
use utoipa::openapi::{OpenApi, Paths, RefOr, schema::Schema};
use utoipa_actix_web::OpenApiFactory;

/// Takes handlers.
pub(crate) struct Registry<'a> {
    into: Target<'a>,
    /// What their addresses begin with.
    prefix: String,
}

enum Target<'a> {
    Application(&'a mut ServiceConfig),
    Document { document: &'a mut OpenApi, with_schemas: bool },
}

impl<'a> Registry<'a> {
    /// Handlers answer in this application.
    pub(crate) fn answering(application: &'a mut ServiceConfig) -> Self {
        Self { into: Target::Application(application), prefix: String::new() }
    }

    /// Handlers describe themselves in this document.
    pub(crate) fn describing(document: &'a mut OpenApi) -> Self {
        Self { into: Target::Document { document, with_schemas: true }, prefix: String::new() }
    }

    /// Handlers say in this document where they are and what they answer, but not of which fields it consists.
    pub(crate) fn addressing(document: &'a mut OpenApi) -> Self {
        Self { into: Target::Document { document, with_schemas: false }, prefix: String::new() }
    }

    /// Adds a handler.
    pub(crate) fn service(
        &mut self,
        handler: impl HttpServiceFactory + OpenApiFactory + 'static,
    ) -> &mut Self {
        match &mut self.into {
            Target::Application(application) => {
                application.service(handler);
            }
            Target::Document { document, with_schemas } => {
                document.paths.merge(below(&self.prefix, handler.paths()));
                if *with_schemas {
                    // Handler by handler: most of them describe the same views again, with all their parts.
                    let mut schemas: Vec<(String, RefOr<Schema>)> = Vec::new();
                    handler.schemas(&mut schemas);
                    document.components.get_or_insert_default().schemas.extend(schemas);
                }
            }
        }
        self
    }

    /// Adds the handlers of a room.
    pub(crate) fn configure(&mut self, room: impl FnOnce(&mut Registry)) -> &mut Self {
        room(self);
        self
    }

    /// Adds the handlers of a room below an address.
    pub(crate) fn scope(&mut self, prefix: &str, room: impl FnOnce(&mut Registry)) -> &mut Self {
        match &mut self.into {
            Target::Application(application) => {
                let scope = web::scope(prefix).configure(|inner| room(&mut Registry::answering(inner)));
                application.service(scope);
            }
            Target::Document { document, with_schemas } => {
                let into = Target::Document { document, with_schemas: *with_schemas };
                room(&mut Registry { into, prefix: format!("{}{prefix}", self.prefix) });
            }
        }
        self
    }
}

fn below(prefix: &str, mut paths: Paths) -> Paths {
    if !prefix.is_empty() {
        paths.paths = paths.paths.into_iter().map(|(path, item)| (format!("{prefix}{path}"), item)).collect();
    }
    paths
}
