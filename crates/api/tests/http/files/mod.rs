//! Files of requests: what is kept, who reads it, what is refused, and what is left behind.

mod content;
mod deleting;
mod in_a_bucket;
mod journey;
mod limits;
mod refused;
mod sweeping;
mod visibility;

use medcert_testkit::{Answered, Caller, Clinic};
use serde_json::Value;

/// A file comes in a form, of which there is no example.
pub(crate) const ANSWERS: &[(&str, u16)] = &[("add_file", 415)];

const REQUESTS: &str = "/api/v1/certification-requests";
const FORM: &str = "multipart/form-data; boundary=XbX";

/// One field of a form: its name, the name of the file if it is one, and its bytes.
pub(crate) type Part<'p> = (&'p str, Option<&'p str>, &'p [u8]);

/// The bytes of a form.
fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head = format!("--XbX\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XbX--\r\n");
    body
}

async fn send(caller: &Caller, request: &str, headers: &[(&str, &str)], parts: &[Part<'_>]) -> Answered {
    let mut all = vec![("content-type", FORM)];
    all.extend_from_slice(headers);
    caller.send("POST", &format!("{REQUESTS}/{request}/files"), &all, form(parts)).await
}

/// Adds a file of this kind.
async fn add(caller: &Caller, request: &str, kind: &str, name: &str, bytes: &[u8]) -> Answered {
    send(caller, request, &[], &[("kind", None, kind.as_bytes()), ("file", Some(name), bytes)]).await
}

/// Adds a PDF of this kind, and gives the file's id.
async fn added(caller: &Caller, request: &str, kind: &str) -> String {
    let answer = add(caller, request, kind, "Scan.pdf", &pdf(100)).await.expect(201);
    answer.body["id"].as_str().unwrap().to_owned()
}

/// A PDF with so many bytes in its middle.
fn pdf(middle: usize) -> Vec<u8> {
    let bytes: Vec<u8> = (0..middle).map(|at| b'a' + u8::try_from(at % 23).unwrap()).collect();
    [b"%PDF-1.7\n".as_slice(), &bytes, b"\n%%EOF\n"].concat()
}

fn png() -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| {
        [&u32::try_from(data.len()).unwrap().to_be_bytes(), kind, data, b"CRC."].concat()
    };
    let parts = [chunk(b"IHDR", &[0; 13]), chunk(b"IDAT", &[7; 60]), chunk(b"IEND", b"")];
    [b"\x89PNG\r\n\x1a\n".as_slice(), &parts.concat()].concat()
}

/// An archive of parts with these names, and the length that each claims to have unpacked.
fn zip(names: &[&str], unpacked: u32) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for name in names {
        let at = u32::try_from(file.len()).unwrap().to_le_bytes();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let common =
            [&[0, 0, 8, 0][..], &[0; 8], &10_u32.to_le_bytes(), &unpacked.to_le_bytes(), &length, &[0; 2]];
        let common = common.concat();
        file.extend([b"PK\x03\x04\x14\x00", common.as_slice(), name.as_bytes(), &[b'x'; 10]].concat());
        let rest = [&[0; 10][..], &at, name.as_bytes()].concat();
        directory.extend([b"PK\x01\x02\x14\x00\x14\x00", common.as_slice(), &rest].concat());
    }
    let count = u16::try_from(names.len()).unwrap().to_le_bytes();
    let (size, begin) = (u32::try_from(directory.len()).unwrap(), u32::try_from(file.len()).unwrap());
    let end =
        [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size.to_le_bytes(), &begin.to_le_bytes(), &[0, 0]];
    [file, directory, end.concat()].concat()
}

const DOCX: [&str; 2] = ["[Content_Types].xml", "word/document.xml"];

/// Keys of the objects of files.
async fn objects(clinic: &Clinic) -> Vec<String> {
    let keys = clinic.objects.list("files").await.unwrap();
    keys.iter().map(|key| key.as_str().to_owned()).collect()
}

/// No row and no object of a file.
async fn nothing_is_left(clinic: &Clinic) {
    assert_eq!(objects(clinic).await, [""; 0]);
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM stored_file").await, [0]);
}

/// 422 for exactly these pointers and codes.
#[track_caller]
fn invalid(answer: &Answered, faults: &[(&str, &str)]) {
    assert_eq!((answer.status, answer.problem()), (422, "invalid"), "{}", answer.body);
    let summary = answer.faults();
    let summary: Vec<(&str, &str)> = summary.iter().map(|(at, code)| (at.as_str(), code.as_str())).collect();
    assert_eq!(summary, faults, "{}", answer.body);
}

#[track_caller]
fn problem(answer: &Answered, status: u16, slug: &str) {
    assert_eq!((answer.status, answer.problem()), (status, slug), "{}", answer.body);
}

/// 409 `wrong-stage` for this reason, or for the stage alone.
#[track_caller]
fn wrong_stage(answer: &Answered, reasons: &[&str]) {
    problem(answer, 409, "wrong-stage");
    assert_eq!(answer.body["reasons"], Value::from(reasons.to_vec()), "{}", answer.body);
}

/// Takes a file away.
async fn take(caller: &Caller, file: &str) -> Answered {
    caller.send("DELETE", &format!("/api/v1/files/{file}"), &[("if-match", "*")], vec![]).await
}
