//! Mail over SMTP (RFC 5321), with STARTTLS (RFC 3207) or TLS from the first byte (RFC 8314).

use std::{net::IpAddr, time::Duration};

use async_trait::async_trait;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use medcert_application::mail::{Mail, MailError, Mailer};
use url::{Host, Url};

use crate::letters::written;

/// Longest wait for one answer of the server.
const TIMEOUT: Duration = Duration::from_secs(20);

/// What is wrong with the configuration. Never repeats the URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// Not a URL of the forms that are known.
    #[error("must be smtp://host, smtp://host?tls=required, smtp://host?tls=opportunistic or smtps://host")]
    Url,
    /// A password would travel in the clear.
    #[error(
        "has a password, which goes over smtp:// to another machine only with tls=required, or over smtps://"
    )]
    ClearPassword,
    /// The sender is no address.
    #[error("must be an address such as Clinic <no-reply@clinic.example>")]
    From,
    /// The certificates cannot be used.
    #[error("the certificates cannot be used")]
    Certificates(#[source] lettre::transport::smtp::Error),
}

/// Hands mails to an SMTP server.
#[derive(Debug, Clone)]
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protection {
    None,
    Opportunistic,
    Required,
    Wrapped,
}

impl Protection {
    fn of(url: &Url) -> Option<Self> {
        let mut tls = None;
        for (name, value) in url.query_pairs() {
            if name != "tls" || tls.replace(value.into_owned()).is_some() {
                return None;
            }
        }
        match (url.scheme(), tls.as_deref()) {
            ("smtp", None) => Some(Self::None),
            ("smtp", Some("opportunistic")) => Some(Self::Opportunistic),
            ("smtp", Some("required")) => Some(Self::Required),
            ("smtps", None) => Some(Self::Wrapped),
            _ => None,
        }
    }

    /// Whether nobody in between can keep it from being protected.
    const fn holds(self) -> bool {
        matches!(self, Self::Required | Self::Wrapped)
    }

    const fn port(self) -> u16 {
        match self {
            Self::None | Self::Opportunistic => 25,
            Self::Required => 587,
            Self::Wrapped => 465,
        }
    }
}

/// The server's name as it is connected to, and whether it is this very machine.
fn host(url: &Url) -> Option<(String, bool)> {
    // A scheme that URLs know nothing of leaves its host as text.
    match Host::parse(url.host_str()?).ok()? {
        Host::Domain(name) => Some((name.clone(), name == "localhost")),
        Host::Ipv4(address) => Some((address.to_string(), IpAddr::from(address).is_loopback())),
        Host::Ipv6(address) => Some((address.to_string(), IpAddr::from(address).is_loopback())),
    }
}

fn decoded(text: &str) -> Option<String> {
    percent_encoding::percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

impl SmtpMailer {
    /// Through the server that the URL names, as this sender; `roots` are further certificates to trust, in PEM.
    pub fn open(url: &str, from: &str, roots: Option<&[u8]>) -> Result<Self, SmtpError> {
        let url = Url::parse(url).map_err(|_| SmtpError::Url)?;
        let protection = Protection::of(&url).ok_or(SmtpError::Url)?;
        let (server, here) = host(&url).ok_or(SmtpError::Url)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SmtpError::Url);
        }
        let from: Mailbox = from.parse().map_err(|_| SmtpError::From)?;
        let parameters = || {
            let mut builder = TlsParameters::builder(server.clone());
            if let Some(pem) = roots {
                builder = builder.add_root_certificate(Certificate::from_pem(pem)?);
            }
            builder.build()
        };
        let parameters = || parameters().map_err(SmtpError::Certificates);
        let tls = match protection {
            Protection::None => Tls::None,
            Protection::Opportunistic => Tls::Opportunistic(parameters()?),
            Protection::Required => Tls::Required(parameters()?),
            Protection::Wrapped => Tls::Wrapper(parameters()?),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.clone())
            .port(url.port().unwrap_or(protection.port()))
            .timeout(Some(TIMEOUT))
            .tls(tls);
        if !url.username().is_empty() || url.password().is_some() {
            if !here && !protection.holds() {
                return Err(SmtpError::ClearPassword);
            }
            let user = decoded(url.username()).ok_or(SmtpError::Url)?;
            let password = decoded(url.password().unwrap_or_default()).ok_or(SmtpError::Url)?;
            transport = transport.credentials(Credentials::new(user, password));
        }
        Ok(Self { transport: transport.build(), from })
    }

    fn message(&self, mail: &Mail) -> Result<Message, MailError> {
        let refused = |error: Box<dyn std::error::Error + Send + Sync>| MailError::Refused(error);
        // An address is read as one: whatever would begin another header is no address.
        let to: Address =
            mail.to.parse().map_err(|error: lettre::address::AddressError| refused(error.into()))?;
        let letter = written(mail);
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body)
            .map_err(|error| refused(error.into()))
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = self.message(mail)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if refused_for_ever(&error) => Err(MailError::Refused(error.into())),
            Err(error) => Err(MailError::Failed(error.into())),
        }
    }
}

/// Whether the server will never take this mail. A refused login is a matter of configuration, which may be mended
/// before the mail is given up.
fn refused_for_ever(error: &lettre::transport::smtp::Error) -> bool {
    let code = error.status().map(|code| code.to_string()).unwrap_or_default();
    let of_login = ["454", "530", "534", "535", "538"].contains(&code.as_str());
    error.is_permanent() && !of_login
}

/// Keeps answering machines from answering (RFC 3834 §5).
#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        AUTO_SUBMITTED
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(url: &str) -> Result<SmtpMailer, SmtpError> {
        SmtpMailer::open(url, "Clinic <no-reply@clinic.example>", None)
    }

    #[test]
    fn a_password_never_travels_in_the_clear() {
        for fine in [
            "smtp://mail.example",
            "smtp://mail.example:2525",
            "smtp://mail.example?tls=opportunistic",
            "smtp://me:pass%40word@mail.example?tls=required",
            "smtps://me:password@mail.example/",
            "smtp://me:password@127.0.0.1:1025",
            "smtp://me:password@localhost",
            "smtp://me:password@[::1]:25?tls=opportunistic",
        ] {
            assert!(open(fine).is_ok(), "{fine}: {:?}", open(fine).err());
        }
        for clear in
            ["smtp://me:secret-word@mail.example", "smtp://me:secret-word@mail.example?tls=opportunistic"]
        {
            let error = open(clear).unwrap_err();
            assert!(matches!(error, SmtpError::ClearPassword), "{clear}");
            assert!(!format!("{error} {error:?}").contains("secret-word"));
        }
        for wrong in [
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp://mail.example?tls=maybe",
            "smtp://mail.example?tls=required&tls=required",
            "smtp://mail.example?starttls=yes",
            "smtps://mail.example?tls=opportunistic",
            "smtp://mail.example/path",
            "smtp://me:%ff@localhost",
        ] {
            assert!(matches!(open(wrong), Err(SmtpError::Url)), "{wrong}");
        }
        let from = SmtpMailer::open("smtp://localhost", "nobody", None);
        assert!(matches!(from, Err(SmtpError::From)));
    }
}
