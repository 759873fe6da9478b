//! The gate before all handlers: which method, how often, who, and whether their roles have the operation at all.
//!
//! It answers in a fixed order: 405, 406, 429, 401, 403. Only then is anything else of the request looked at.

use std::sync::Arc;

use actix_web::{
    HttpMessage as _, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::Next,
};
use medcert_application::{
    Error,
    identity::{self, SignedIn},
};

use crate::{
    access::{Access, Rule},
    api_state::ApiState,
    caller::{self, Caller, Source},
    problem::{Failure, Kind},
    rate_limit::{Allowance, Counted},
};

/// Lets a request through, or answers it.
pub(crate) async fn admit(
    shared: Arc<ApiState>,
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let asked = match method(&shared, &mut req) {
        Ok(asked) => asked,
        Err(Early::Options(allow)) => {
            let answer = HttpResponse::NoContent().insert_header((header::ALLOW, allow)).finish();
            return Ok(req.into_response(answer));
        }
        Err(Early::Failure(failure)) => return Ok(req.error_response(failure)),
    };
    let signed_in = identify(&shared, &req).await;
    let (left, limited) = match count(&shared, &asked, signed_in.as_ref().ok(), &req) {
        Ok(left) => (left, None),
        Err((left, failure)) => (Some(left), Some(failure)),
    };
    let verdict = match limited {
        Some(failure) => Err(failure),
        None => may_go_on(&shared, &asked, signed_in).await,
    };
    let mut answer = match verdict {
        Ok(caller) => {
            if let Some(caller) = caller {
                req.extensions_mut().insert(caller);
            }
            next.call(req).await?.map_into_boxed_body()
        }
        Err(failure) => req.error_response(failure),
    };
    if let Some(left) = left {
        left.write(answer.headers_mut());
    }
    Ok(answer)
}

/// What is asked for.
enum Asked {
    /// Nothing that we know: the router will answer.
    Unknown,
    /// An operation; counted, unless it is a probe.
    Operation { rule: Option<&'static Rule> },
}

/// An answer that needs no handler.
enum Early {
    Options(String),
    Failure(Failure),
}

/// Finds the operation; makes GET out of HEAD, whose body is left out at the end.
fn method(shared: &ApiState, req: &mut ServiceRequest) -> Result<Asked, Early> {
    let Some(found) = shared.table.find(req.match_info().as_str()) else { return Ok(Asked::Unknown) };
    let method = match *req.method() {
        Method::OPTIONS => return Err(Early::Options(found.allow())),
        Method::HEAD => Method::GET,
        _ => req.method().clone(),
    };
    let Some(served) = found.served(&method) else {
        return Err(Early::Failure(Failure::method_not_allowed(found.allow())));
    };
    let accept = req.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !served.acceptable(accept) {
        let detail = format!("this is answered as {}", served.produces.join(" or "));
        return Err(Early::Failure(Failure::new(Kind::NotAcceptable, detail)));
    }
    req.head_mut().method = method;
    Ok(Asked::Operation { rule: served.rule })
}

/// The user behind the access token, if any.
async fn identify(shared: &ApiState, req: &ServiceRequest) -> Result<SignedIn, Error> {
    let token = caller::bearer(req).ok_or(Error::Unauthenticated)?.to_owned();
    let source = req.extensions().get::<Source>().cloned().unwrap_or_default();
    identity::authenticate(&shared.app, &token, source.0).await
}

fn count(
    shared: &ApiState,
    asked: &Asked,
    signed_in: Option<&SignedIn>,
    req: &ServiceRequest,
) -> Result<Option<Allowance>, (Allowance, Failure)> {
    let probe = matches!(asked, Asked::Operation { rule: Some(rule) } if rule.probe);
    let Some(limiter) = shared.limiter.as_ref().filter(|_| !probe) else { return Ok(None) };
    let who = match signed_in {
        Some(signed_in) => Counted::User(signed_in.actor.user.raw()),
        None => Counted::at(caller::address(req, &shared.options.trusted_proxies)),
    };
    limiter.count(&who).map(Some).map_err(|(left, wait)| {
        let detail = format!("too many requests; wait {wait} seconds");
        (left, Failure::new(Kind::TooManyRequests, detail).retry_after(wait))
    })
}

/// Whether the operation may be called; the caller, where somebody is signed in.
async fn may_go_on(
    shared: &ApiState,
    asked: &Asked,
    signed_in: Result<SignedIn, Error>,
) -> Result<Option<Caller>, Failure> {
    let Asked::Operation { rule } = asked else { return Ok(None) };
    let access = rule.map(|rule| rule.access);
    let SignedIn { actor, must_change_password } = match access {
        Some(Access::Public) => return Ok(None),
        // A token that has ended is nobody; a database that is down is no reason to forget who somebody is.
        Some(Access::Optional) if matches!(signed_in, Err(Error::Unauthenticated)) => return Ok(None),
        _ => signed_in?,
    };
    if must_change_password && !rule.is_some_and(|rule| rule.before_password_change) {
        return Err(Error::PasswordChangeRequired.into());
    }
    match access {
        Some(access) if access.allows(&actor) => Ok(Some(Caller(actor))),
        Some(access) => {
            shared.app.trail.denied(&shared.app, &actor, &access.audit_name()).await;
            Err(Error::Forbidden(access.denial()).into())
        }
        None => Err(Error::Forbidden("this operation has no rule, so nobody may call it".to_owned()).into()),
    }
}
