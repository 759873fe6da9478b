//! Reading issued certificates: by the clinic, and by anybody with the paper in hand.

use bytes::Bytes;
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use medcert_domain::{
    Id, Locale,
    catalog::CertificateKind,
    certification::{Certificate, CertificateStatus, Conclusion, READ_CERTIFICATES, policy},
    institution::Logo,
    policy::{Actor, Role},
};

use crate::{
    App, Error,
    audit::{self, About},
    objects::ObjectKey,
    store::{CertificateFilter, Page, PageRequest},
};

/// A certificate as the clinic sees it.
#[derive(Debug, Clone)]
pub struct VisibleCertificate {
    /// The certificate.
    pub certificate: Certificate,
    /// Where it stands today.
    pub status: CertificateStatus,
}

async fn visible(app: &App, actor: &Actor, id: Id<Certificate>) -> Result<Certificate, Error> {
    app.require(actor, READ_CERTIFICATES).await?;
    let found = app.store().certificate(id).await?;
    let own = |c: &Certificate| actor.is(Role::Doctor) && actor.staff == Some(c.doctor);
    let found = found.filter(|c| policy::may_see(actor, None) || own(c));
    found.ok_or(Error::NotFound("certificate"))
}

/// The certificates that the actor may see, newest first.
pub async fn certificates(
    app: &App,
    actor: &Actor,
    mut filter: CertificateFilter,
    page: &PageRequest,
) -> Result<Page<VisibleCertificate>, Error> {
    app.require(actor, READ_CERTIFICATES).await?;
    if !policy::may_see(actor, None) {
        filter.visible_to_doctor = Some(actor.staff);
    }
    let found = app.store().certificates(&filter, page).await?;
    let action = if filter.search_terms.is_empty() { "certificate.list" } else { "certificate.search" };
    app.trail.note(audit::event(app, actor, action, About::list("certificate"), "ok")).await;
    let today = app.profile().await?.day_of(app.now());
    let seen = |certificate: Certificate| {
        let status = certificate.status_on(today);
        VisibleCertificate { certificate, status }
    };
    Ok(Page { items: found.items.into_iter().map(seen).collect(), next: found.next, total: found.total })
}

/// One certificate.
pub async fn certificate(app: &App, actor: &Actor, id: Id<Certificate>) -> Result<VisibleCertificate, Error> {
    let certificate = visible(app, actor, id).await?;
    let about = About::object("certificate", id.raw()).of(certificate.holder.person);
    app.trail.note(audit::event(app, actor, "certificate.read", about, "ok")).await;
    let status = certificate.status_on(app.profile().await?.day_of(app.now()));
    Ok(VisibleCertificate { certificate, status })
}

/// The PDF of a certificate, the holder's copy.
pub async fn certificate_pdf(
    app: &App,
    actor: &Actor,
    id: Id<Certificate>,
) -> Result<(Certificate, Bytes), Error> {
    let certificate = visible(app, actor, id).await?;
    let about = About::object("certificate", id.raw()).of(certificate.holder.person);
    app.trail.note(audit::event(app, actor, "certificate.pdf", about, "ok")).await;
    let key =
        ObjectKey::parse(&certificate.pdf_key).ok_or_else(|| Error::internal("an object key is wrong"))?;
    let pdf = app.parts.objects.get(&key).await?;
    let pdf = pdf.ok_or_else(|| Error::internal("a certificate's PDF is missing from the object storage"))?;
    Ok((certificate, pdf))
}

medcert_domain::codes! {
    /// What a stranger is told of a certificate, in one word.
    Overall {
        /// Issued here and in force today.
        Genuine = "GENUINE",
        /// Issued here, but not in force before its first day.
        NotYetValid = "NOT_YET_VALID",
        /// Issued here, and past its last day.
        Expired = "EXPIRED",
        /// Issued here, and put on hold.
        Suspended = "SUSPENDED",
        /// Issued here, and withdrawn.
        Revoked = "REVOKED",
        /// Issued here, and replaced by a newer one.
        Replaced = "REPLACED",
    }
}

/// What anybody with the public identifier may know: nothing that the paper does not say, and less of the holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicCertificate {
    /// Public identifier.
    pub public_id: String,
    /// Number.
    pub number: String,
    /// In one word.
    pub overall: Overall,
    /// Status.
    pub status: CertificateStatus,
    /// Kind.
    pub kind: CertificateKind,
    /// Conclusion.
    pub conclusion: Conclusion,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day, inclusive.
    pub valid_until: NaiveDate,
    /// Doctor's name.
    pub doctor_name: String,
    /// Doctor's licence.
    pub licence_number: String,
    /// Issuer's name as printed.
    pub institution_name: String,
    /// Issuer's tax id today.
    pub institution_tax_id: Option<String>,
    /// Issuer's telephone today.
    pub institution_phone: Option<String>,
    /// Issuer's logo today.
    pub institution_logo: Option<Logo>,
    /// First letters of the holder's names.
    pub holder_initials: String,
    /// Year of the holder's birth.
    pub holder_birth_year: i32,
    /// Public identifier of the certificate that replaced it.
    pub replaced_by: Option<String>,
    /// SHA-256 of the PDF.
    pub pdf_sha256: String,
    /// Language of the paper.
    pub locale: Locale,
    /// Moment of this answer.
    pub as_of: DateTime<Utc>,
}

/// Looks a certificate up for anybody.
pub async fn public_certificate(app: &App, public_id: &str) -> Result<PublicCertificate, Error> {
    const UNKNOWN: Error = Error::NotFound("certificate");
    let well_formed =
        public_id.len() == 32 && public_id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !well_formed {
        return Err(UNKNOWN);
    }
    let found = app.store().certificate_by_public_id(public_id).await?.ok_or(UNKNOWN)?;
    let profile = app.profile().await?;
    let now = app.now();
    let today = profile.day_of(now);
    let status = found.status_on(today);
    let overall = match status {
        CertificateStatus::Valid if found.valid_from > today => Overall::NotYetValid,
        CertificateStatus::Valid => Overall::Genuine,
        CertificateStatus::Expired => Overall::Expired,
        CertificateStatus::Suspended => Overall::Suspended,
        CertificateStatus::Revoked => Overall::Revoked,
        CertificateStatus::Superseded => Overall::Replaced,
    };
    let replaced_by = match found.replaced_by {
        Some(id) => app.store().certificate(id).await?.map(|c| c.public_id),
        None => None,
    };
    Ok(PublicCertificate {
        public_id: found.public_id,
        number: found.number,
        overall,
        status,
        kind: found.kind,
        conclusion: found.conclusion,
        issued_at: found.issued_at,
        valid_from: found.valid_from,
        valid_until: found.valid_until,
        doctor_name: found.doctor_name,
        licence_number: found.licence_number,
        institution_name: found.institution_name,
        institution_tax_id: profile.tax_id,
        institution_phone: profile.phone,
        institution_logo: profile.logo,
        holder_initials: initials(&found.holder.name),
        holder_birth_year: found.holder.birth_date.year(),
        replaced_by,
        pdf_sha256: found.pdf_sha256,
        locale: found.locale,
        as_of: now,
    })
}

fn initials(name: &str) -> String {
    let firsts: Vec<String> =
        name.split_whitespace().filter_map(|word| word.chars().next()).map(|c| format!("{c}.")).collect();
    firsts.join(" ")
}
