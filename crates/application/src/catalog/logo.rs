//! The institution's logo: a file of the object storage that the profile names.

use std::sync::Arc;

use bytes::Bytes;
use medcert_domain::{
    Invalid,
    catalog::WRITE_INSTITUTION,
    institution::{Institution, Logo},
    policy::Actor,
};
use sha2::{Digest as _, Sha256};

use super::institution::change;
use crate::{App, Error, IfMatch, objects::ObjectKey, rendering::PictureError};

/// Bytes of a logo at the most.
pub const LOGO_LIMIT: usize = 512 * 1024;

/// The logo with its file, for anybody: it is printed on every certificate.
pub async fn logo(app: &App) -> Result<(Logo, Bytes), Error> {
    const MISSING: Error = Error::NotFound("logo");
    let logo = app.profile().await?.logo.ok_or(MISSING)?;
    let bytes = app.parts.objects.get(&ObjectKey::logo(&logo)).await?.ok_or(MISSING)?;
    Ok((logo, bytes))
}

/// Sets the logo: stored first, then named, so that the profile never names what is not there.
pub async fn set_logo(
    app: &App,
    actor: &Actor,
    bytes: Bytes,
    if_match: IfMatch,
) -> Result<Institution, Error> {
    app.require(actor, WRITE_INSTITUTION).await?;
    let if_match = if_match.required()?;
    if_match.check(current(app).await?.map_or(0, |profile| profile.version))?;
    if bytes.len() > LOGO_LIMIT {
        return Err(Error::TooLarge(LOGO_LIMIT));
    }
    let (renderer, file) = (Arc::clone(&app.parts.renderer), bytes.clone());
    let kind = tokio::task::spawn_blocking(move || renderer.picture(&file)).await.map_err(Error::internal)?;
    let kind = kind.map_err(|error| {
        let code = match error {
            PictureError::Unknown => "media-type",
            PictureError::TooLarge => "too-large",
            PictureError::Broken => "picture",
        };
        Invalid::one("", code, error.to_string())
    })?;
    let logo = Logo { kind, sha256: hex::encode(Sha256::digest(&bytes)) };
    app.parts.objects.put(&ObjectKey::logo(&logo), kind.media_type(), bytes).await?;
    replace(app, actor, if_match, Some(logo), "SET_LOGO").await
}

/// Takes the logo away. Certificates keep the one they were printed with.
pub async fn remove_logo(app: &App, actor: &Actor, if_match: IfMatch) -> Result<(), Error> {
    app.require(actor, WRITE_INSTITUTION).await?;
    let if_match = if_match.required()?;
    let present = current(app).await?.and_then(|profile| profile.logo);
    present.ok_or(Error::NotFound("logo"))?;
    replace(app, actor, if_match, None, "REMOVE_LOGO").await.map(drop)
}

/// The profile as stored, however young the cached one is.
async fn current(app: &App) -> Result<Option<Institution>, Error> {
    Ok(app.store().institution().await?)
}

/// Names another logo, or none, and removes the files that nothing names any longer.
async fn replace(
    app: &App,
    actor: &Actor,
    if_match: IfMatch,
    new: Option<Logo>,
    action: &'static str,
) -> Result<Institution, Error> {
    let mut before = None;
    let done = change(app, actor, if_match, action, |profile| {
        before.clone_from(&profile.logo);
        profile.logo.clone_from(&new);
        Ok(())
    })
    .await;
    let unnamed = if done.is_ok() { before } else { new };
    let named = current(app).await?.and_then(|profile| profile.logo);
    if let Some(unnamed) = unnamed.filter(|unnamed| named.as_ref() != Some(unnamed))
        && let Err(error) = app.parts.objects.delete(&ObjectKey::logo(&unnamed)).await
    {
        tracing::warn!(error = %error, "a logo that nothing names stays behind");
    }
    done
}
