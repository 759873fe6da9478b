//! The addresses there are, with their methods: collected from the routes by way of the OpenAPI document.

use actix_web::http::Method;
use utoipa::openapi::{OpenApi, RefOr, path::Operation};

use crate::access::{self, Rule};

/// All addresses.
#[derive(Debug, Default)]
pub(crate) struct Table {
    routes: Vec<Route>,
}

/// One address.
#[derive(Debug)]
struct Route {
    template: String,
    segments: Vec<Segment>,
    methods: Vec<Served>,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Parameter,
    Rest,
}

/// What is served at an address by one method.
#[derive(Debug)]
pub(crate) struct Served {
    method: Method,
    /// Its rule; none has been written for an operation that nobody may call.
    pub(crate) rule: Option<&'static Rule>,
    /// Media types of its answers; empty when they have no body or may have any.
    pub(crate) produces: Vec<String>,
}

/// What the table knows of a path.
#[derive(Debug)]
pub(crate) struct Found<'t> {
    /// The address as a template, for logs and metrics.
    pub(crate) template: &'t str,
    routes: Vec<&'t Route>,
}

impl Table {
    /// The addresses of the document, and those below `extra`, which answer GET only.
    pub(crate) fn of(document: &OpenApi, extra: &[(&str, &str)]) -> Self {
        let documented = document.paths.paths.iter().map(|(template, item)| {
            let methods = [
                (Method::GET, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            let served = methods
                .into_iter()
                .filter_map(|(method, operation)| operation.as_ref().map(|o| Served::of(method, o)));
            Route::new(template, served.collect())
        });
        let extra = extra.iter().map(|(template, operation)| {
            let rule = access::of(operation);
            Route::new(template, vec![Served { method: Method::GET, rule, produces: Vec::new() }])
        });
        let mut routes: Vec<Route> = documented.chain(extra).collect();
        // The most literal template first: of several that match a path, it is the one that is meant.
        routes.sort_by_key(Route::open_segments);
        Self { routes }
    }

    /// The addresses that match a path; `None` when there is nothing.
    pub(crate) fn find(&self, path: &str) -> Option<Found<'_>> {
        let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let mut routes: Vec<&Route> = self.routes.iter().filter(|route| route.matches(&parts)).collect();
        let first = *routes.first()?;
        // A word that is an address of its own is no identifier, whatever methods things with one have.
        routes.retain(|route| route.open_segments() == first.open_segments());
        Some(Found { template: &first.template, routes })
    }
}

impl Found<'_> {
    /// What is served by this method.
    pub(crate) fn served(&self, method: &Method) -> Option<&Served> {
        self.routes.iter().find_map(|route| route.methods.iter().find(|served| served.method == method))
    }

    /// The value of Allow.
    pub(crate) fn allow(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for served in self.routes.iter().flat_map(|route| &route.methods) {
            if !names.contains(&served.method.as_str()) {
                names.push(served.method.as_str());
            }
        }
        if names.contains(&"GET") {
            names.push("HEAD");
        }
        names.push("OPTIONS");
        names.join(", ")
    }
}

impl Served {
    fn of(method: Method, operation: &Operation) -> Self {
        let rule = operation.operation_id.as_deref().and_then(access::of);
        let good = operation.responses.responses.iter().filter(|(status, _)| status.starts_with('2'));
        let produces = good
            .filter_map(|(_, response)| match response {
                RefOr::T(response) => Some(response.content.keys().cloned()),
                RefOr::Ref(_) => None,
            })
            .flatten()
            .collect();
        Self { method, rule, produces }
    }

    /// Whether the header Accept leaves any media type of the answers (RFC 9110 §12.5.1).
    pub(crate) fn acceptable(&self, accept: &str) -> bool {
        let takes = |media_type: &str| {
            let family = media_type.split('/').next().unwrap_or_default();
            let ranges = accept.split(',').map(|range| {
                let mut parts = range.split(';').map(str::trim);
                let range = parts.next().unwrap_or_default().to_ascii_lowercase();
                let weight = parts.find_map(|p| p.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
                (range, weight)
            });
            // The most specific range decides.
            let mut best = (0, 0.0);
            for (range, weight) in ranges {
                let rank = match range.as_str() {
                    "*/*" => 1,
                    range if range == media_type => 3,
                    range if range.strip_suffix("/*") == Some(family) => 2,
                    _ => 0,
                };
                if rank > best.0 {
                    best = (rank, weight);
                }
            }
            best.1 > 0.0
        };
        self.produces.is_empty() || accept.trim().is_empty() || self.produces.iter().any(|m| takes(m))
    }
}

impl Route {
    fn new(template: &str, methods: Vec<Served>) -> Self {
        let segments = template.split('/').skip(1).map(|segment| {
            if segment.starts_with('{') && segment.ends_with(":.*}") {
                Segment::Rest
            } else if segment.starts_with('{') {
                Segment::Parameter
            } else {
                Segment::Literal(segment.to_owned())
            }
        });
        Self { template: template.to_owned(), segments: segments.collect(), methods }
    }

    /// Segments that are not said.
    fn open_segments(&self) -> usize {
        self.segments.iter().filter(|segment| !matches!(segment, Segment::Literal(_))).count()
    }

    fn matches(&self, parts: &[&str]) -> bool {
        let mut rest = parts.iter();
        for segment in &self.segments {
            let same = match (segment, rest.next()) {
                (Segment::Rest, _) => return true,
                (Segment::Literal(name), Some(part)) => name == part,
                (Segment::Parameter, Some(part)) => !part.is_empty(),
                (_, None) => false,
            };
            if !same {
                return false;
            }
        }
        rest.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(template: &str, methods: &[Method]) -> Route {
        let served = |method: &Method| Served { method: method.clone(), rule: None, produces: Vec::new() };
        Route::new(template, methods.iter().map(served).collect())
    }

    #[test]
    fn paths_match_templates() {
        let table = Table {
            routes: vec![
                route("/a/fixed", &[Method::GET]),
                route("/a/{id}", &[Method::GET, Method::PATCH]),
                route("/docs/{_:.*}", &[Method::GET]),
            ],
        };
        let found = table.find("/a/fixed").unwrap();
        assert_eq!((found.template, found.allow().as_str()), ("/a/fixed", "GET, HEAD, OPTIONS"));
        assert_eq!(table.find("/a/1").unwrap().template, "/a/{id}");
        assert!(table.find("/docs/x/y").is_some() && table.find("/docs/").is_some());
        for nothing in ["/a", "/a/", "/a/1/", "/a/1/b", "/", "", "/b/1"] {
            assert!(table.find(nothing).is_none(), "{nothing}");
        }
    }

    #[test]
    fn accept_may_exclude_everything() {
        let produces = vec!["application/json".to_owned()];
        let served = Served { method: Method::GET, rule: None, produces };
        for fine in ["", "*/*", "application/*", "text/html, application/json;q=0.5", "text/html, */*;q=0.1"]
        {
            assert!(served.acceptable(fine), "{fine}");
        }
        for excluded in ["text/html", "application/json;q=0", "*/*;q=0", "application/json;q=0, */*"] {
            assert!(!served.acceptable(excluded), "{excluded}");
        }
    }
}
