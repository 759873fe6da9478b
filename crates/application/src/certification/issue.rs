//! Issuing: render and store outside any transaction, then number and close in one short one.

use bytes::Bytes;
use chrono::{DateTime, Datelike as _, Utc};
use medcert_domain::{
    Entity as _,
    certification::{
        Action, Certificate, CertificateStatus, Certification, Command, Holder, default_valid_until,
    },
    institution::Institution,
    policy::Actor,
};
use sha2::{Digest as _, Sha256};

use super::{
    Answer, Attempt, Detail,
    act::{demand, permitted},
    detail::context,
    journal, may_somewhere,
    replay::{answer, kept, replay},
};
use crate::{
    App, Error, IfMatch,
    audited_entity::search_terms,
    idempotent::{Idempotent, left_nothing, once},
    objects::ObjectKey,
    rendering::{CertificateSheet, SheetDoctor, SheetInstitution, SheetLogo, SheetPerson},
    retry::{Failed, OnStale},
    store::{RequestAggregate, StoreError, StoredAnswer, UnitOfWork},
};

/// Renderings at the most, when another process takes the number each time.
const TRIES: u32 = 5;

/// Issues the certificate of a request.
pub async fn issue(app: &App, actor: &Actor, attempt: Attempt<'_, ()>) -> Result<Answer, Error> {
    may_somewhere(app, actor, Action::Issue).await?;
    attempt.input.well_formed()?;
    let if_match = demand(Action::Issue, attempt.conditions)?;
    if let Some(answer) = replay(app, actor, attempt.conditions).await? {
        return Ok(answer);
    }
    let profile = app.profile().await?;
    // One issuer at a time in this process: others would only lose the number to each other and render again.
    let _turn = app.issuing.lock().await;
    let mut tries = 0;
    loop {
        tries += 1;
        match issue_once(app, actor, &attempt, if_match, &profile).await {
            Err(Error::Stale) if tries < TRIES => {}
            done => return answer(app, actor, done?).await,
        }
    }
}

async fn issue_once(
    app: &App,
    actor: &Actor,
    attempt: &Attempt<'_, ()>,
    if_match: IfMatch,
    profile: &Institution,
) -> Result<Idempotent<Detail, StoredAnswer>, Error> {
    let found = app.store().request_aggregate(attempt.id).await?;
    let request_aggregate = permitted(app, actor, Action::Issue, profile, if_match, found)?;
    attempt.input.read(profile)?;
    let now = app.now();
    let year = profile.day_of(now).year();
    let counter = format!("certificate:{}", profile.certificate_series);
    let last = app.store().counter(&counter, year).await?;
    let number = format!("{}-{year}-{:06}", profile.certificate_series, last + 1);
    let (mut sheet, certificate) = draw_up(app, actor, profile, &request_aggregate, now, number)?;
    sheet.institution.logo = logo(app, profile).await?;
    let (certificate, pdf) = render(app, sheet, certificate).await?;
    let key = certificate.pdf_key.clone();
    let stored = ObjectKey::parse(&key).ok_or_else(|| Error::internal("an object key is wrong"))?;
    app.parts.objects.put(&stored, "application/pdf", pdf).await?;
    let seen = request_aggregate.certification.version;
    let keep = |detail: &Detail| kept(200, detail, attempt.encode);
    let done = once(app, attempt.conditions, OnStale::Refuse, keep, async |uow: &mut dyn UnitOfWork| {
        let found = uow.request_aggregate(attempt.id).await?;
        let request_aggregate = permitted(app, actor, Action::Issue, profile, if_match, found)?;
        if request_aggregate.certification.version != seen {
            return Err(Failed::Answer(Error::Stale));
        }
        // The counter last, so that others wait for its row as short as can be.
        let new_id = || app.parts.ids.uuid();
        let mut request: Certification = request_aggregate.certification.clone();
        let command = Command::Issue(Box::new(certificate.clone()));
        let outcome = request.apply(command, &context(actor, profile, &request_aggregate, now, &new_id))?;
        match uow.swap_number(&counter, year, last).await {
            Err(StoreError::Stale(_) | StoreError::Duplicate(_)) => return Err(Failed::Answer(Error::Stale)),
            other => other?,
        }
        uow.update(&request).await?;
        let search_terms =
            search_terms([certificate.holder.name.as_str(), certificate.holder.document.as_str()]);
        uow.index_entry(Certificate::KIND, certificate.id.raw(), &search_terms).await?;
        let fresh = uow.request_aggregate(request.id).await?;
        let fresh = fresh.ok_or_else(|| Error::internal("a request just written is not there"))?;
        journal(app, actor, uow, Action::Issue, &fresh, &outcome).await?;
        Ok(Detail::of(app, actor, profile, fresh))
    })
    .await;
    if left_nothing(&done)
        && let Err(error) = app.parts.objects.delete(&stored).await
    {
        // Nothing leads to it: an object without a row is invisible, and swept.
        tracing::warn!(error = %error, "an object without a row stays behind");
    }
    done
}

/// The logo with its file. One that was replaced a moment ago is left out rather than holding up the certificate.
async fn logo(app: &App, profile: &Institution) -> Result<Option<SheetLogo>, Error> {
    let Some(logo) = &profile.logo else { return Ok(None) };
    let bytes = app.parts.objects.get(&ObjectKey::logo(logo)).await?;
    if bytes.is_none() {
        tracing::warn!("the logo is missing from the object storage");
    }
    Ok(bytes.map(|bytes| SheetLogo { kind: logo.kind, bytes }))
}

/// Everything the certificate says, copied: what changes afterwards changes no certificate.
fn draw_up(
    app: &App,
    actor: &Actor,
    profile: &Institution,
    request_aggregate: &RequestAggregate,
    now: DateTime<Utc>,
    number: String,
) -> Result<(CertificateSheet, Certificate), Error> {
    let missing = |what: &str| Error::internal(format!("issuing was allowed without {what}"));
    let request = &request_aggregate.certification;
    let client = &request_aggregate.client;
    let service = request_aggregate.service.as_ref().ok_or_else(|| missing("a service"))?;
    let doctor = request_aggregate.doctor.as_ref().ok_or_else(|| missing("a doctor"))?;
    let evaluation = request.standing_evaluation().ok_or_else(|| missing("an evaluation"))?;
    let findings = &evaluation.findings;
    let birth_date = client.birth_date.ok_or_else(|| missing("a date of birth"))?;
    let document = client.document.as_ref().ok_or_else(|| missing("a document"))?.to_string();
    let licence_number = doctor.staff.licence_number.clone().ok_or_else(|| missing("a licence"))?;
    let valid_until = findings
        .valid_until
        .unwrap_or_else(|| default_valid_until(findings.valid_from, service.validity_days));
    let public_id = hex::encode(app.parts.ids.public_id());
    let represented_by = request.guardian.zip(request_aggregate.guardian.as_ref());
    let locale = client.preferred_locale.unwrap_or(profile.locale);
    let sheet = CertificateSheet {
        locale,
        number: number.clone(),
        kind: service.certificate_kind,
        service_name: service.name.clone(),
        institution: SheetInstitution {
            name: profile.name.clone(),
            tax_id: profile.tax_id.clone(),
            address: profile.address.clone(),
            phone: profile.phone.clone(),
            logo: None,
        },
        holder: SheetPerson { name: client.name(), document: document.clone(), birth_date: Some(birth_date) },
        represented_by: represented_by.map(|(guardian, person)| {
            let document = person.document.as_ref().map(ToString::to_string).unwrap_or_default();
            (
                SheetPerson { name: person.name(), document, birth_date: person.birth_date },
                guardian.relationship,
            )
        }),
        conclusion: findings.conclusion,
        restrictions: findings.restrictions.clone(),
        evaluated_on: findings.evaluated_on,
        valid_from: findings.valid_from,
        valid_until,
        doctor: SheetDoctor {
            name: doctor.name.clone(),
            licence_number: licence_number.clone(),
            specialty: doctor.staff.specialty.clone(),
        },
        issued_at: now,
        issued_on: profile.day_of(now),
        verify_url: format!("{}/v/{public_id}", app.parts.settings.public_url),
    };
    let certificate = Certificate {
        id: app.id(),
        version: 0,
        number,
        public_id,
        request: request.id,
        kind: service.certificate_kind,
        service_name: service.name.clone(),
        conclusion: findings.conclusion,
        restrictions: findings.restrictions.clone(),
        stored_status: CertificateStatus::Valid,
        issued_at: now,
        issued_by: actor.user,
        valid_from: findings.valid_from,
        valid_until,
        evaluated_on: findings.evaluated_on,
        holder: Holder { person: client.id, name: client.name(), document, birth_date },
        represented_by: represented_by.map(|(guardian, person)| (person.name(), guardian.relationship)),
        doctor: doctor.staff.id,
        doctor_name: doctor.name.clone(),
        licence_number,
        institution_name: profile.name.clone(),
        locale,
        replaces: None,
        replaced_by: None,
        pdf_key: String::new(),
        pdf_sha256: String::new(),
    };
    Ok((sheet, certificate))
}

async fn render(
    app: &App,
    sheet: CertificateSheet,
    mut certificate: Certificate,
) -> Result<(Certificate, Bytes), Error> {
    let renderer = std::sync::Arc::clone(&app.parts.renderer);
    let pdf =
        tokio::task::spawn_blocking(move || renderer.render(&sheet)).await.map_err(Error::internal)??;
    let sha256 = hex::encode(Sha256::digest(&pdf));
    let key = ObjectKey::certificate_pdf(certificate.id.raw(), &sha256);
    certificate.pdf_key.push_str(key.as_str());
    certificate.pdf_sha256 = sha256;
    Ok((certificate, Bytes::from(pdf)))
}
