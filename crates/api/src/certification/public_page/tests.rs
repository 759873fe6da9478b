use actix_web::{http::header, test::TestRequest};
use medcert_domain::{catalog::CertificateKind, certification::CertificateStatus, institution::LogoKind};

use super::*;
use crate::certification::views::sample::profile;

fn found() -> PublicCertificate {
    PublicCertificate {
        public_id: "3f2c9a7e5b1d48068c4e2f6a9d0b7c11".to_owned(),
        number: "MC-2026-000123".to_owned(),
        overall: Overall::Genuine,
        status: CertificateStatus::Valid,
        kind: CertificateKind::MedicalFitness,
        conclusion: Conclusion::Fit,
        issued_at: "2026-11-20T15:04:05Z".parse().unwrap(),
        valid_from: "2026-11-20".parse().unwrap(),
        valid_until: "2027-03-01".parse().unwrap(),
        doctor_name: "Carmen Salas".to_owned(),
        licence_number: "CMP 54321".to_owned(),
        institution_name: "Clínica San Gabriel".to_owned(),
        institution_tax_id: Some("20100070970".to_owned()),
        institution_phone: Some("+51 1 555 0100".to_owned()),
        institution_logo: None,
        holder_initials: "A. Q.".to_owned(),
        holder_birth_year: 1990,
        replaced_by: None,
        pdf_sha256: "9f86".to_owned(),
        locale: Locale::Es,
        as_of: "2026-11-21T08:00:05Z".parse().unwrap(),
    }
}

#[test]
fn the_page_says_all_that_a_stranger_needs() {
    let page = known(&found(), Locale::En);
    for expected in [
        "<html lang=\"en\">",
        "width=device-width",
        "<h1>Genuine</h1>",
        "<strong>Fit</strong>",
        "MC-2026-000123",
        "<time datetime=\"2026-11-20\">20 November 2026</time> to <time datetime=\"2027-03-01\">1 March 2027</time>",
        "A. Q., born in 1990",
        "Carmen Salas<br>licence CMP 54321",
        "Clínica San Gabriel<br>Tax id 20100070970<br>Telephone +51 1 555 0100",
        "21 November 2026</time>, 08:00:05 UTC",
        "Compare this page with the paper and with the holder’s identity document",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    for absent in ["<script", "http://", "https://", "onclick", "url("] {
        assert!(!page.contains(absent), "{absent}");
    }
}

#[test]
fn each_state_has_its_word_in_each_language() {
    for locale in Locale::ALL {
        let w = texts::of(*locale);
        assert_eq!(w.tag, locale.code());
        let mut seen: Vec<&str> = vec![(w.verdict)(None).0];
        for overall in Overall::ALL {
            let page = known(&PublicCertificate { overall: *overall, ..found() }, *locale);
            let word = (w.verdict)(Some(*overall)).0;
            assert!(page.contains(&format!("<h1>{word}</h1>")), "{word}");
            assert!(!seen.contains(&word), "{word}");
            seen.push(word);
        }
    }
}

#[test]
fn only_a_genuine_certificate_that_says_fit_is_green() {
    for overall in Overall::ALL {
        for conclusion in Conclusion::ALL {
            let shown = known(
                &PublicCertificate { overall: *overall, conclusion: *conclusion, ..found() },
                Locale::En,
            );
            let green = shown.contains("verdict good");
            assert_eq!(
                green,
                (*overall, *conclusion) == (Overall::Genuine, Conclusion::Fit),
                "{overall} {conclusion}"
            );
        }
    }
    let unfit = known(&PublicCertificate { conclusion: Conclusion::Unfit, ..found() }, Locale::En);
    assert!(unfit.contains("<strong>Unfit</strong>") && unfit.contains("was found not to be fit"));
}

#[test]
fn whatever_was_typed_is_text() {
    let nasty = "<script>alert('x')</script>&\"".to_owned();
    let page = known(
        &PublicCertificate {
            number: nasty.clone(),
            doctor_name: nasty.clone(),
            licence_number: nasty.clone(),
            institution_name: nasty.clone(),
            institution_tax_id: Some(nasty.clone()),
            institution_phone: Some(nasty.clone()),
            holder_initials: nasty.clone(),
            replaced_by: Some(nasty.clone()),
            ..found()
        },
        Locale::En,
    );
    assert!(!page.contains("<script") && !page.contains("alert('x')"));
    let safe = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;";
    assert_eq!(page.matches(safe).count(), 8);
    let page = unknown(&Institution { name: nasty, ..profile() }, found().as_of, Locale::En);
    assert!(page.contains(safe) && !page.contains("<script"));
}

#[test]
fn the_logo_is_shown_where_there_is_one() {
    let logo = Some(Logo { kind: LogoKind::Png, sha256: "ab".repeat(32) });
    let name = "Clínica \"San\" <b>".to_owned();
    let image = "<header><img src=\"/api/v1/institution/logo\" alt=\"Clínica &quot;San&quot; &lt;b&gt;\"><p>";
    let (institution_logo, institution_name) = (logo.clone(), name.clone());
    let found = PublicCertificate { institution_logo, institution_name, ..found() };
    assert!(known(&found, Locale::En).contains(image));
    let branded = Institution { logo, name, ..profile() };
    assert!(unknown(&branded, found.as_of, Locale::En).contains(image));
    for plain in [
        known(&PublicCertificate { institution_logo: None, ..found.clone() }, Locale::En),
        unknown(&profile(), found.as_of, Locale::En),
    ] {
        assert!(!plain.contains("<img"));
    }
}

#[test]
fn what_was_not_issued_here_is_unknown() {
    let page = unknown(&profile(), found().as_of, Locale::Es);
    assert!(page.contains("<h1>Desconocido</h1>") && page.contains("+51 1 555 0100"));
    assert!(page.contains("verdict bad") && !page.contains("Compare"));
}

#[test]
fn a_replaced_certificate_leads_to_the_newer_one() {
    let newer = Some("00000000000000000000000000000001".to_owned());
    let page =
        known(&PublicCertificate { overall: Overall::Replaced, replaced_by: newer, ..found() }, Locale::Pt);
    assert!(page.contains("<a href=\"/v/00000000000000000000000000000001?lang=pt\">"));
}

#[test]
fn the_language_is_asked_for_then_preferred_then_that_of_the_paper() {
    let asked = |uri: &str, accept: &str| {
        let req =
            TestRequest::with_uri(uri).insert_header((header::ACCEPT_LANGUAGE, accept)).to_http_request();
        language(&req, Some(Locale::Es))
    };
    assert_eq!(asked("/v/1?lang=uk&utm=x", "pt"), Locale::Uk);
    assert_eq!(asked("/v/1?lang=fr", "de, pt-BR;q=0.9, en;q=0.8"), Locale::Pt);
    assert_eq!(asked("/v/1", "en;q=0.5, uk-UA"), Locale::Uk);
    assert_eq!(asked("/v/1", "de"), Locale::Es);
    assert_eq!(asked("/v/1", "*"), Locale::Es);
    let plain = TestRequest::with_uri("/v/1").to_http_request();
    assert_eq!(language(&plain, None), Locale::En);
}
