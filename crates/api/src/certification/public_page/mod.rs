//! The page that the QR code of a certificate leads to: one file and the logo, without scripts, for a phone in a
//! stranger's hand.
//!
//! It says in one word whether the paper is genuine, and beside it, as large, what the doctor concluded: a genuine
//! certificate may say that the holder is unfit, so green is for a genuine one that says fit and for nothing else.

mod texts;

use std::fmt::Write as _;

use actix_web::http::header::Header as _;
use actix_web::{HttpRequest, http::header::AcceptLanguage, web};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use medcert_application::certification::{Overall, PublicCertificate};
use medcert_domain::{
    Locale,
    certification::Conclusion,
    institution::{Institution, Logo},
};

use texts::Texts;

use crate::catalog::LOGO;

const STYLE: &str = include_str!("style.css");

/// The language of the page: the one asked for, else the first that the browser prefers, else that of the paper.
pub(super) fn language(req: &HttpRequest, paper: Option<Locale>) -> Locale {
    // Unlike the operations of the API the page tolerates parameters that it does not know: links collect them.
    let pairs = web::Query::<Vec<(String, String)>>::from_query(req.query_string());
    let asked = pairs.ok().and_then(|pairs| {
        pairs.iter().find(|(name, _)| name == "lang").and_then(|(_, value)| Locale::parse(value))
    });
    asked.or_else(|| preferred(req)).or(paper).unwrap_or(Locale::En)
}

fn preferred(req: &HttpRequest) -> Option<Locale> {
    let ranked = AcceptLanguage::parse(req).ok()?.ranked();
    ranked.iter().filter_map(|wanted| wanted.item()).find_map(|tag| Locale::parse(tag.primary_language()))
}

/// How the verdict looks. Always beside its words, never instead of them.
fn tone(overall: Overall, conclusion: Conclusion) -> &'static str {
    match (overall, conclusion) {
        (Overall::Genuine, Conclusion::Fit) => "good",
        (Overall::Genuine, Conclusion::FitWithRestrictions)
        | (Overall::NotYetValid | Overall::Expired | Overall::Suspended | Overall::Replaced, _) => "care",
        (Overall::Genuine, Conclusion::Unfit | Conclusion::Inconclusive) => "plain",
        (Overall::Revoked, _) => "bad",
    }
}

/// The page of a certificate that was issued here.
pub(super) fn known(found: &PublicCertificate, locale: Locale) -> String {
    let w = texts::of(locale);
    let (word, sentence) = (w.verdict)(Some(found.overall));
    let mut main = format!(
        "<section class=\"verdict {tone}\"><h1>{word}</h1><p>{sentence}</p>\
         <p class=\"outcome\"><span>{label}</span> <strong>{outcome}</strong></p>",
        tone = tone(found.overall, found.conclusion),
        label = w.conclusion,
        outcome = (w.outcome)(found.conclusion),
    );
    if let Some(caution) = (w.caution)(found.conclusion) {
        let _ = write!(main, "<p>{caution}</p>");
    }
    if let Some(newer) = &found.replaced_by {
        let _ = write!(main, "<p><a href=\"/v/{}?lang={}\">{}</a></p>", escape(newer), w.tag, w.replaced_by);
    }
    main.push_str("</section><dl>");
    let validity = format!("{} {} {}", day(w, found.valid_from), w.until, day(w, found.valid_until));
    let holder = format!("{}, {} {}", escape(&found.holder_initials), w.born, found.holder_birth_year);
    let doctor = format!("{}<br>{} {}", escape(&found.doctor_name), w.licence, escape(&found.licence_number));
    let issuer = issuer(
        w,
        &found.institution_name,
        found.institution_tax_id.as_deref(),
        found.institution_phone.as_deref(),
    );
    for (label, value) in [
        (w.kind, (w.kinds)(found.kind).to_owned()),
        (w.number, escape(&found.number)),
        (w.validity, validity),
        (w.holder, holder),
        (w.doctor, doctor),
        (w.issuer, issuer),
        (w.checked, moment(w, found.as_of)),
    ] {
        let _ = write!(main, "<div><dt>{label}</dt><dd>{value}</dd></div>");
    }
    let _ = write!(
        main,
        "</dl><section class=\"compare\"><h2>{}</h2><p>{}</p></section>",
        w.compare_title, w.compare
    );
    let logo = logo(found.institution_logo.as_ref(), &found.institution_name);
    document(w, word, &logo, &main)
}

/// The page for what was not issued here.
pub(super) fn unknown(profile: &Institution, now: DateTime<Utc>, locale: Locale) -> String {
    let w = texts::of(locale);
    let (word, sentence) = (w.verdict)(None);
    let issuer = issuer(w, &profile.name, profile.tax_id.as_deref(), profile.phone.as_deref());
    let main = format!(
        "<section class=\"verdict bad\"><h1>{word}</h1><p>{sentence}</p></section>\
         <dl><div><dt>{checked}</dt><dd>{moment}</dd></div></dl><address>{issuer}</address>",
        checked = w.checked,
        moment = moment(w, now),
    );
    document(w, word, &logo(profile.logo.as_ref(), &profile.name), &main)
}

/// The logo, if there is one, with the name of the institution for those who do not see it.
fn logo(logo: Option<&Logo>, name: &str) -> String {
    logo.map_or_else(String::new, |_| format!("<img src=\"{LOGO}\" alt=\"{}\">", escape(name)))
}

fn document(w: &Texts, word: &str, logo: &str, main: &str) -> String {
    let mut languages = String::new();
    for other in Locale::ALL.iter().map(|locale| texts::of(*locale)) {
        let current = if other.tag == w.tag { " aria-current=\"true\"" } else { "" };
        let _ = write!(
            languages,
            "<li><a href=\"?lang={tag}\" lang=\"{tag}\" hreflang=\"{tag}\"{current}>{name}</a></li>",
            tag = other.tag,
            name = other.language,
        );
    }
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{word} – {title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<header>{logo}<p>{title}</p></header>\n<main>{main}</main>\n\
         <footer><nav aria-label=\"{label}\"><ul>{languages}</ul></nav></footer>\n</body>\n</html>\n",
        tag = w.tag,
        title = w.title,
        label = w.languages,
    )
}

fn issuer(w: &Texts, name: &str, tax_id: Option<&str>, phone: Option<&str>) -> String {
    let mut text = escape(name);
    for (label, value) in [(w.tax_id, tax_id), (w.phone, phone)] {
        if let Some(value) = value {
            let _ = write!(text, "<br>{label} {}", escape(value));
        }
    }
    text
}

/// A day in words: no two countries read digits alike.
fn day(w: &Texts, day: NaiveDate) -> String {
    let month =
        usize::try_from(day.month0()).ok().and_then(|at| w.months.get(at)).copied().unwrap_or_default();
    let of = w.of;
    format!("<time datetime=\"{day}\">{}{of}{month}{of}{}</time>", day.day(), day.year())
}

fn moment(w: &Texts, at: DateTime<Utc>) -> String {
    format!("{}, {}", day(w, at.date_naive()), at.format("%H:%M:%S UTC"))
}

/// What is safe in text and in quoted attributes.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests;
