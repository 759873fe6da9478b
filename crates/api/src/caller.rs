//! Who is calling, and from where.

use std::{
    future::{Ready, ready},
    net::{IpAddr, SocketAddr},
    ops::Deref,
};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::{Payload, ServiceRequest},
    http::header,
};
use ipnet::IpNet;
use medcert_application::Error;
use medcert_domain::policy::{Actor, Origin};

use crate::problem::Failure;

/// The signed-in user behind `Authorization: Bearer`. `Option<Caller>` where being signed in is not needed.
///
/// The gate has checked the token and asked the role question of the operation before any handler is called; it
/// leaves the actor for this extractor only if the operation may go on, so a route that it does not know has none.
#[derive(Debug, Clone)]
pub struct Caller(pub Actor);

impl Deref for Caller {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.0
    }
}

impl FromRequest for Caller {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = req.extensions().get::<Self>().cloned();
        ready(caller.ok_or_else(|| Error::Unauthenticated.into()))
    }
}

/// Where a request comes from: for operations without a [`Caller`].
#[derive(Debug, Clone, Default)]
pub struct Source(pub Origin);

impl FromRequest for Source {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(req.extensions().get::<Self>().cloned().unwrap_or_default()))
    }
}

/// The header X-Request-Id, if it is one that can be logged and shown without harm.
pub(crate) fn request_id(req: &ServiceRequest) -> Option<String> {
    let id = req.headers().get("x-request-id")?.to_str().ok()?;
    let fine =
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    fine.then(|| id.to_owned())
}

/// The caller's address: the peer, or, behind a proxy we were told to trust, what that proxy says.
///
/// X-Forwarded-For is read from the right: each address there was added by the one to its right.
pub(crate) fn address(req: &ServiceRequest, proxies: &[IpNet]) -> Option<IpAddr> {
    let trusted = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    let peer = req.peer_addr().as_ref().map(SocketAddr::ip)?.to_canonical();
    if !trusted(&peer) {
        return Some(peer);
    }
    let forwarded: Vec<&str> = req
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut nearest = peer;
    for hop in forwarded.iter().rev() {
        let Ok(address) = hop.trim().parse::<IpAddr>() else { return Some(nearest) };
        nearest = address.to_canonical();
        if !trusted(&nearest) {
            break;
        }
    }
    Some(nearest)
}

/// What the caller's program calls itself, cut to 255 characters.
pub(crate) fn agent(req: &ServiceRequest) -> Option<String> {
    let agent = req.headers().get(header::USER_AGENT)?.to_str().ok()?;
    Some(agent.chars().take(255).collect())
}

/// The access token of `Authorization: Bearer`.
pub(crate) fn bearer(req: &ServiceRequest) -> Option<&str> {
    let (scheme, token) = req.headers().get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn seen(peer: &str, forwarded: &str) -> String {
        let proxies = ["10.0.0.0/30", "2001:db8::/64"].map(|network| network.parse().unwrap());
        let req = TestRequest::default()
            .peer_addr(SocketAddr::new(peer.parse().unwrap(), 4711))
            .insert_header(("x-forwarded-for", forwarded))
            .to_srv_request();
        address(&req, &proxies).unwrap().to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(seen("203.0.113.9", "198.51.100.1"), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", "198.51.100.7, 198.51.100.1"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", "198.51.100.1, 10.0.0.2"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", "198.51.100.1, nonsense"), "10.0.0.1");
        assert_eq!(seen("10.0.0.4", "198.51.100.1"), "10.0.0.4");
        assert_eq!(seen("2001:db8::7", "198.51.100.1"), "198.51.100.1");
        assert_eq!(seen("::ffff:10.0.0.1", "198.51.100.1"), "198.51.100.1");
    }

    #[test]
    fn request_ids_are_limited() {
        let given = |id: &str| {
            request_id(&TestRequest::default().insert_header(("x-request-id", id)).to_srv_request())
        };
        assert_eq!(given("a.B_c-1").as_deref(), Some("a.B_c-1"));
        assert_eq!(given("a b"), None);
        assert_eq!(given(&"x".repeat(65)), None);
    }
}
