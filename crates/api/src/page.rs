//! Lists: a part at a time, with a cursor that only this installation can make and only the same list of the same caller
//! accepts.

use std::{
    fmt::Write as _,
    future::{Ready, ready},
};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest, HttpResponse,
    dev::Payload,
    http::header::{self, HeaderValue},
    web::Data,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use medcert_application::{
    App, Error,
    store::{Cursor, Page, PageRequest},
};
use medcert_domain::Invalid;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    caller::Caller,
    problem::Failure,
    query::{self, NoParams, SharedParams},
};

/// Items at the most.
const MOST: u64 = 200;
/// Items when nothing is said.
const USUAL: u64 = 20;

/// A part of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct List<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where to go on; null at the end.
    #[schema(required = true, example = "eyJrIjoiMTcifQ.c2lnbmVk")]
    pub next_cursor: Option<String>,
    /// Items over all parts; only with `with_total=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    pub total: Option<u64>,
}

/// Which part of a list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Items wanted, 1 to 200; 20 when left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// Where to go on: `next_cursor` of the part before.
    pub cursor: Option<String>,
    /// Whether the exact total is wanted.
    pub with_total: bool,
}

impl SharedParams for PageParams {
    const NAMES: &'static [&'static str] = &["limit", "cursor", "with_total"];
}

/// A call for a part of a list with filters `Q` in an order `S`: what use cases ask for, and the way to the answer.
pub(crate) struct ListRequest<Q = NoParams, S = NoParams> {
    pub(crate) app: Data<App>,
    pub(crate) caller: Caller,
    /// Which items.
    pub(crate) query: Q,
    /// In which order.
    pub(crate) order: S,
    /// Which part.
    pub(crate) page: PageRequest,
    scope: CursorScope,
    req: HttpRequest,
}

impl<Q: DeserializeOwned, S: SharedParams> FromRequest for ListRequest<Q, S> {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(req: &HttpRequest, stream: &mut Payload) -> Self::Future {
        let app = Data::<App>::from_request(req, stream).into_inner();
        let caller = Caller::from_request(req, stream).into_inner();
        ready(app.and_then(|app| {
            let (query, order, paging) = parts(req.query_string()).map_err(Failure::from)?;
            let (caller, scope) = (caller?, CursorScope::of(req));
            let page = scope.request(&app, paging).map_err(Failure::from)?;
            Ok(Self { app, caller, query, order, page, scope, req: req.clone() })
        }))
    }
}

/// The parameters of a list by what they are about, or the faults of all of them.
fn parts<Q: DeserializeOwned, S: SharedParams>(text: &str) -> Result<(Q, S, PageParams), Invalid> {
    let (paging, rest) = query::apart::<PageParams>(text);
    let (order, rest) = query::apart::<S>(&rest);
    let ((query, order), paging) = query::both(query::both(query::read(&rest), order), paging)?;
    Ok((query, order, paging))
}

impl<Q, S> ListRequest<Q, S> {
    /// The answer: items, the next cursor, and the same as a link (RFC 8288).
    pub(crate) fn answer<T, V: Serialize + From<T>>(&self, found: Page<T>) -> Result<HttpResponse, Failure> {
        self.answer_with(found, V::from)
    }

    /// The same where a view needs more than the item.
    pub(crate) fn answer_with<T, V: Serialize>(
        &self,
        found: Page<T>,
        view: impl FnMut(T) -> V,
    ) -> Result<HttpResponse, Failure> {
        self.scope.answer(&self.app, &self.req, found, view)
    }
}

/// One list with its filters and whoever reads it: what a cursor is bound to.
#[derive(Debug, Clone)]
struct CursorScope {
    fingerprint: [u8; 8],
}

/// What a cursor says; opaque to callers.
#[derive(Serialize, Deserialize)]
struct CursorPayload {
    /// The sort key.
    k: String,
    /// The id.
    i: Uuid,
    /// Which list.
    f: [u8; 8],
}

impl CursorScope {
    /// The list at the request's path with the filters of its query, in whatever order they are, for its caller: what
    /// somebody may see is part of what is listed.
    fn of(req: &HttpRequest) -> Self {
        let paging = |part: &&str| {
            let name = part.split('=').next().unwrap_or_default();
            !part.is_empty() && !PageParams::NAMES.contains(&name)
        };
        let mut filters: Vec<&str> = req.query_string().split('&').filter(paging).collect();
        filters.sort_unstable();
        let caller = req.extensions().get::<Caller>().map(|caller| caller.user.raw()).unwrap_or_default();
        let list = format!("{caller} {}?{}", req.path(), filters.join("&"));
        let digest: [u8; 32] = Sha256::digest(list).into();
        Self { fingerprint: digest.first_chunk().copied().unwrap_or_default() }
    }

    /// Which part is wanted.
    fn request(&self, app: &App, paging: PageParams) -> Result<PageRequest, Error> {
        let limit = paging.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Invalid::one("/limit", "range", format!("must be from 1 to {MOST}")).into());
        }
        let after =
            paging.cursor.map(|text| self.open(app, &text).ok_or(Error::InvalidCursor)).transpose()?;
        Ok(PageRequest { limit, after, with_total: paging.with_total })
    }

    fn answer<T, V: Serialize>(
        &self,
        app: &App,
        req: &HttpRequest,
        page: Page<T>,
        view: impl FnMut(T) -> V,
    ) -> Result<HttpResponse, Failure> {
        let next_cursor = page.next.as_ref().map(|cursor| self.seal(app, cursor));
        let mut answer = HttpResponse::Ok();
        if let Some(cursor) = &next_cursor {
            let link = HeaderValue::from_str(&link(req, cursor)).map_err(Error::internal)?;
            answer.insert_header((header::LINK, link));
        }
        let items = page.items.into_iter().map(view).collect();
        Ok(answer.json(List { items, next_cursor, total: page.total }))
    }

    fn seal(&self, app: &App, cursor: &Cursor) -> String {
        let place = CursorPayload { k: cursor.key.clone(), i: cursor.id, f: self.fingerprint };
        let bytes = serde_json::to_vec(&place).unwrap_or_default();
        let tag = app.parts.derivation.tag("cursor", &bytes);
        format!("{}.{}", URL_SAFE_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&tag[..16]))
    }

    fn open(&self, app: &App, text: &str) -> Option<Cursor> {
        let (bytes, given) = text.split_once('.')?;
        let bytes = URL_SAFE_NO_PAD.decode(bytes).ok()?;
        let tag = app.parts.derivation.tag("cursor", &bytes);
        // A cursor protects no secret: it only must not be invented, so comparing the texts will do.
        if URL_SAFE_NO_PAD.encode(&tag[..16]) != given {
            return None;
        }
        let place: CursorPayload = serde_json::from_slice(&bytes).ok()?;
        (place.f == self.fingerprint).then_some(Cursor { key: place.k, id: place.i })
    }
}

/// The address of the next part, relative to the server.
fn link(req: &HttpRequest, cursor: &str) -> String {
    let mut target = format!("<{}?", req.path());
    for part in req.query_string().split('&').filter(|p| !p.is_empty() && !p.starts_with("cursor=")) {
        let _ = write!(target, "{part}&");
    }
    let _ = write!(target, "cursor={cursor}>; rel=\"next\"");
    target
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::stub;

    fn scope(uri: &str) -> (CursorScope, HttpRequest) {
        let req = TestRequest::get().uri(uri).to_http_request();
        (CursorScope::of(&req), req)
    }

    #[test]
    fn cursors_belong_to_one_list() {
        let (app, _) = stub::app();
        let cursor = Cursor { key: "17".to_owned(), id: Uuid::from_u128(7) };
        let (list, _) = scope("/a?q=x&stage=PAID&limit=5");
        let text = list.seal(&app, &cursor);
        let open = |uri: &str, text: &str| scope(uri).0.open(&app, text);
        assert_eq!(open("/a?stage=PAID&q=x&limit=50&with_total=true", &text), Some(cursor));
        assert_eq!(open("/a?q=y&stage=PAID", &text), None);
        assert_eq!(open("/b?q=x&stage=PAID", &text), None);
        let (body, tag) = text.split_once('.').unwrap();
        let forged = URL_SAFE_NO_PAD
            .encode(r#"{"k":"18","i":"00000000-0000-0000-0000-000000000007","f":[0,0,0,0,0,0,0,0]}"#);
        for wrong in [format!("{forged}.{tag}"), format!("{body}."), body.to_owned(), String::new()] {
            assert_eq!(open("/a?q=x&stage=PAID", &wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_query_is_read_in_parts() {
        #[derive(Debug, Default, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        struct Filters {
            active: Option<bool>,
        }
        let read = parts::<Filters, NoParams>;
        let (filters, _, paging) = read("limit=5&active=true&with_total=true").unwrap();
        assert_eq!((filters.active, paging.limit, paging.with_total), (Some(true), Some(5), true));
        let faults = |text| -> Vec<String> {
            read(text).unwrap_err().faults.into_iter().map(|fault| fault.pointer).collect()
        };
        assert_eq!(faults("active=1&limit=x"), ["/active", "/limit"]);
        assert_eq!(faults("limit=1&colour=red&limit=1"), ["/colour", "/limit"]);
    }

    #[test]
    fn limits_are_kept() {
        let (app, _) = stub::app();
        let (list, _) = scope("/a");
        let limit =
            |limit| list.request(&app, PageParams { limit, ..PageParams::default() }).map(|page| page.limit);
        assert_eq!(limit(None).unwrap(), 20);
        assert_eq!(limit(Some(200)).unwrap(), 200);
        assert!(limit(Some(0)).is_err() && limit(Some(201)).is_err());
    }

    #[actix_web::test]
    async fn the_next_part_is_linked() {
        let (app, _) = stub::app();
        let (list, req) = scope("/a?q=x&cursor=old&limit=1");
        let next = Some(Cursor { key: "k".to_owned(), id: Uuid::nil() });
        let page = Page { items: vec!["one"], next, total: None };
        let answer = list.answer(&app, &req, page, |item| item).unwrap();
        let link = answer.headers().get(header::LINK).unwrap().to_str().unwrap().to_owned();
        assert!(link.starts_with("</a?q=x&limit=1&cursor=") && link.ends_with(">; rel=\"next\""), "{link}");
        let end = list
            .answer(&app, &req, Page::<&str> { items: vec![], next: None, total: Some(0) }, |item| item)
            .unwrap();
        let body = actix_web::body::to_bytes(end.into_body()).await.unwrap();
        assert_eq!(body, r#"{"items":[],"next_cursor":null,"total":0}"#);
    }
}
