//! Against a real SMTP server in this very process.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must fail")]

use std::{
    io,
    net::{IpAddr, TcpListener},
    sync::{Arc, Mutex},
};

use mailin_embedded::{AuthMechanism, Handler, Response, Server, SslConfig, response};
use medcert_application::mail::{Letter, Mail, MailError, Mailer as _};
use medcert_domain::Locale;
use medcert_gateways::{FolderMailer, SmtpMailer};
use uuid::Uuid;

const FROM: &str = "Clínica San Rafael <no-reply@clinic.example>";

/// One letter as the server got it.
#[derive(Debug, Clone, Default)]
struct Taken {
    tls: bool,
    user: Option<String>,
    to: Vec<String>,
    text: String,
}

#[derive(Clone, Default)]
struct Office {
    greetings: u32,
    present: Taken,
    bytes: Vec<u8>,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Handler for Office {
    // A client greets again once the connection is encrypted, and never otherwise.
    fn helo(&mut self, _: IpAddr, _: &str) -> Response {
        self.greetings += 1;
        self.present.tls = self.greetings > 1;
        response::OK
    }

    fn auth_plain(&mut self, _: &str, user: &str, password: &str) -> Response {
        if password == "s3cret@word" {
            self.present.user = Some(user.to_owned());
            response::AUTH_OK
        } else {
            response::INVALID_CREDENTIALS
        }
    }

    fn rcpt(&mut self, to: &str) -> Response {
        if to.contains("nobody") {
            return response::NO_MAILBOX;
        }
        if to.contains("busy") {
            return response::INTERNAL_ERROR;
        }
        self.present.to.push(to.to_owned());
        response::OK
    }

    fn mail(&mut self, _: IpAddr, _: &str, _: &str) -> Response {
        self.present.to.clear();
        response::OK
    }

    fn data(&mut self, part: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(part);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let text = String::from_utf8(std::mem::take(&mut self.bytes)).unwrap();
        self.taken.lock().unwrap().push(Taken { text, ..self.present.clone() });
        response::OK
    }
}

/// The port it listens on, and what it takes. Its thread ends with the tests.
fn office(ssl: Option<SslConfig>, auth: bool) -> (u16, Arc<Mutex<Vec<Taken>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let handler = Office::default();
    let taken = Arc::clone(&handler.taken);
    let mut server = Server::new(handler);
    if auth {
        server.with_auth(AuthMechanism::Plain);
    }
    server.with_ssl(ssl.unwrap_or(SslConfig::None)).unwrap().with_tcp_listener(listener);
    std::thread::spawn(move || server.serve().expect("a server that goes on"));
    (port, taken)
}

/// A certificate of its own for localhost: the server's configuration, and what must be trusted.
fn certificate(folder: &std::path::Path) -> (SslConfig, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let config = SslConfig::SelfSigned {
        cert_path: certificate.display().to_string(),
        key_path: key.display().to_string(),
    };
    (config, made.cert.pem().into_bytes())
}

fn mail(to: &str, locale: Locale) -> Mail {
    Mail {
        id: Uuid::from_u128(7),
        to: to.to_owned(),
        locale,
        institution: "Clínica San Rafael".to_owned(),
        letter: Letter::ConfirmEmail { link: "https://clinic.example/c#token=abc".to_owned(), minutes: 30 },
    }
}

/// The text of a quoted-printable body with its lines joined.
fn body(text: &str) -> String {
    text.split_once("\r\n\r\n").expect("a body").1.replace("=\r\n", "")
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    let (port, taken) = office(None, false);
    let mailer = SmtpMailer::open(&format!("smtp://127.0.0.1:{port}"), FROM, None).unwrap();
    mailer.send(&mail("ana@example.org", Locale::Uk)).await.unwrap();
    let letter = taken.lock().unwrap().remove(0);
    assert_eq!((letter.to, letter.tls, letter.user), (vec!["ana@example.org".to_owned()], false, None));
    let head = letter.text.split_once("\r\n\r\n").unwrap().0;
    for line in [
        "Message-ID: <00000000-0000-0000-0000-000000000007@clinic.example>",
        "Auto-Submitted: auto-generated",
        "To: ana@example.org",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(head.lines().any(|known| known == line), "{line}: {head}");
    }
    assert!(head.contains("Subject: =?utf-8?b?") && head.contains("<no-reply@clinic.example>"), "{head}");
    assert!(!body(&letter.text).is_empty());
}

#[tokio::test]
async fn nobody_writes_headers_through_an_address() {
    let (port, taken) = office(None, false);
    let mailer = SmtpMailer::open(&format!("smtp://127.0.0.1:{port}"), FROM, None).unwrap();
    for to in ["ana@example.org\r\nBcc: eve@example.org", "ana@example.org, eve@example.org", "", "x"] {
        let refused = mailer.send(&mail(to, Locale::En)).await;
        assert!(matches!(refused, Err(MailError::Refused(_))), "{to:?}");
    }
    let institution = "Clinic\r\nBcc: eve@example.org\r\n\r\n.\r\nMAIL FROM:<eve@example.org>".to_owned();
    mailer.send(&Mail { institution, ..mail("ana@example.org", Locale::En) }).await.unwrap();
    let all = taken.lock().unwrap().clone();
    assert_eq!((all.len(), all[0].to.as_slice()), (1, &["ana@example.org".to_owned()][..]));
    assert!(!all[0].text.split_once("\r\n\r\n").unwrap().0.contains("Bcc"));
}

#[tokio::test]
async fn starttls_is_used_and_demanded() {
    let folder = tempfile::tempdir().unwrap();
    let (config, root) = certificate(folder.path());
    let (port, taken) = office(Some(config), true);
    let url = |user: &str, tls: &str| format!("smtp://{user}localhost:{port}?tls={tls}");
    let open = |url: &str| SmtpMailer::open(url, FROM, Some(&root)).unwrap();
    let letter = mail("ana@example.org", Locale::Es);
    open(&url("me:s3cret%40word@", "required")).send(&letter).await.unwrap();
    let sent = taken.lock().unwrap().clone();
    assert_eq!(
        sent.iter().map(|one| (one.tls, one.user.as_deref())).collect::<Vec<_>>(),
        [(true, Some("me"))]
    );
    // Where it is only welcome, it is used as well: by a server that asks nobody who they are.
    let elsewhere = tempfile::tempdir().unwrap();
    let (config, trusted) = certificate(elsewhere.path());
    let (free, free_taken) = office(Some(config), false);
    let welcome = format!("smtp://localhost:{free}?tls=opportunistic");
    SmtpMailer::open(&welcome, FROM, Some(&trusted)).unwrap().send(&letter).await.unwrap();
    assert_eq!(free_taken.lock().unwrap().iter().map(|one| one.tls).collect::<Vec<_>>(), [true]);
    // A wrong password may be mended; a certificate of nobody's is not believed.
    let wrong = open(&url("me:wrong@", "required")).send(&letter).await;
    assert!(matches!(wrong, Err(MailError::Failed(_))), "{wrong:?}");
    let stranger = SmtpMailer::open(&url("", "required"), FROM, None).unwrap().send(&letter).await;
    assert!(matches!(stranger, Err(MailError::Failed(_))), "{stranger:?}");
    // A server without it is not spoken to where it is demanded.
    let (plain, unread) = office(None, false);
    let demanded =
        SmtpMailer::open(&format!("smtp://localhost:{plain}?tls=required"), FROM, Some(&root)).unwrap();
    assert!(matches!(demanded.send(&letter).await, Err(MailError::Failed(_))));
    assert!(unread.lock().unwrap().is_empty());
}

#[tokio::test]
async fn refusals_for_ever_and_for_now_differ() {
    let (port, taken) = office(None, false);
    let mailer = SmtpMailer::open(&format!("smtp://127.0.0.1:{port}"), FROM, None).unwrap();
    let never = mailer.send(&mail("nobody@example.org", Locale::En)).await;
    assert!(matches!(never, Err(MailError::Refused(_))), "{never:?}");
    let busy = mailer.send(&mail("busy@example.org", Locale::En)).await;
    assert!(matches!(busy, Err(MailError::Failed(_))), "{busy:?}");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nowhere = SmtpMailer::open(&format!("smtp://127.0.0.1:{closed}"), FROM, None).unwrap();
    assert!(matches!(nowhere.send(&mail("ana@example.org", Locale::En)).await, Err(MailError::Failed(_))));
    assert!(taken.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_demonstration_writes_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let mailer = FolderMailer::new(folder.path().join("mail"));
    mailer.send(&mail("ana@example.org", Locale::Pt)).await.unwrap();
    let path = folder.path().join("mail/00000000-0000-0000-0000-000000000007.txt");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("To: ana@example.org\nSubject: Confirme")
            && text.contains("\nhttps://clinic.example/c#token=abc\n")
    );
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
