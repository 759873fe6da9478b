//! The bytes of a file as an answer.

use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::{StatusCode, header},
};
use medcert_application::{App, files, objects::ObjectKey};
use medcert_domain::files::StoredFile;

use super::range::Wanted;
use crate::{etag::none_match, problem::Failure};

/// What a browser may do with a file that it shows: nothing.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// How a file is to be saved (RFC 6266, RFC 8187): a name for old readers, and the real one.
pub(crate) fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || " ._-()".contains(c) { c } else { '_' })
        .collect();
    let mut whole = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            whole.push('%');
            whole.push_str(&hex::encode_upper([byte]));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

/// All of the file or the part that is asked for; 304 when the caller has it already.
pub(crate) async fn answer(
    app: &App,
    req: &HttpRequest,
    file: &StoredFile,
    object: &ObjectKey,
) -> Result<HttpResponse, Failure> {
    let tag = format!("\"{}\"", hex::encode(file.sha256));
    if none_match(req, &tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    let (status, range) = match Wanted::of(req, &tag, file.size) {
        Wanted::Whole => (StatusCode::OK, 0..file.size),
        Wanted::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Wanted::Unsatisfiable => return Err(Failure::range_not_satisfiable(file.size)),
    };
    let pieces = files::pieces(app, object, range.clone()).await?;
    let mut answer = HttpResponse::build(status);
    if status == StatusCode::PARTIAL_CONTENT {
        let place = format!("bytes {}-{}/{}", range.start, range.end - 1, file.size);
        answer.insert_header((header::CONTENT_RANGE, place));
    }
    Ok(answer
        .content_type(file.media_type.code())
        .insert_header((header::ETAG, tag))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CONTENT_DISPOSITION, disposition(&file.name)))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(SizedStream::new(range.end - range.start, pieces)))
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_cannot_leave_their_header() {
        assert_eq!(disposition("scan.pdf"), "attachment; filename=\"scan.pdf\"; filename*=UTF-8''scan.pdf");
        assert_eq!(
            disposition("Ñandú \"🩺\"; x=1.pdf"),
            "attachment; filename=\"_and_ ____ x_1.pdf\"; \
             filename*=UTF-8''%C3%91and%C3%BA%20%22%F0%9F%A9%BA%22%3B%20x%3D1.pdf"
        );
        let hostile = disposition("a\r\nSet-Cookie: x.pdf");
        assert!(hostile.bytes().all(|b| b == b' ' || b.is_ascii_graphic()), "{hostile}");
    }
}
