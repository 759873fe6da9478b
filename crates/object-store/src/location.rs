//! Reading the URL that names the place.

use std::path::PathBuf;

use medcert_application::objects::ObjectKey;
use object_store::path::Path;
use url::{Host, Url};

use crate::OpenError;

/// The place a URL names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Memory,
    Folder(PathBuf),
    Bucket(Bucket),
}

/// A bucket, and how to reach it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    /// Goes before every key.
    pub(crate) prefix: Path,
    pub(crate) region: String,
    /// `None` for AWS itself.
    pub(crate) endpoint: Option<Endpoint>,
}

/// An S3 server other than AWS.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
    pub(crate) plain_http: bool,
}

impl Location {
    pub(crate) fn parse(url: &str) -> Result<Self, OpenError> {
        let parsed = Url::parse(url).map_err(|_| OpenError::NotAUrl)?;
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(OpenError::CredentialsInUrl);
        }
        match parsed.scheme() {
            "memory" if url == "memory:" => Ok(Self::Memory),
            "memory" => Err(OpenError::Memory),
            "file" => folder(url, &parsed).map(Self::Folder),
            "s3" => Bucket::parse(&parsed).map(Self::Bucket),
            _ => Err(OpenError::UnknownScheme),
        }
    }
}

fn folder(written: &str, url: &Url) -> Result<PathBuf, OpenError> {
    // The parser reads `file:x` and `file://host/x` too: the one would move a relative path to the
    // root of the file system, the other names another machine.
    let absolute = written.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("file:///"));
    if !absolute || url.query().is_some() || url.fragment().is_some() {
        return Err(OpenError::Folder);
    }
    let path = url.to_file_path().map_err(|()| OpenError::Folder)?;
    if path.parent().is_none() { Err(OpenError::Folder) } else { Ok(path) }
}

impl Bucket {
    fn parse(url: &Url) -> Result<Self, OpenError> {
        let name = url.host_str().unwrap_or_default();
        if !(3..=63).contains(&name.len()) || !plain(name) || url.port().is_some() || url.fragment().is_some()
        {
            return Err(OpenError::Bucket);
        }

        let (mut endpoint, mut region) = (None, None);
        for (parameter, value) in url.query_pairs() {
            let slot = match parameter.as_ref() {
                "endpoint" => &mut endpoint,
                "region" => &mut region,
                _ => return Err(OpenError::UnknownParameter),
            };
            if slot.replace(value.into_owned()).is_some() {
                return Err(OpenError::RepeatedParameter);
            }
        }
        let endpoint = endpoint.as_deref().map(Endpoint::parse).transpose()?;
        let region = match (region, &endpoint) {
            (Some(region), _) => region,
            // Most servers other than AWS have one region and accept the protocol's default name for it.
            (None, Some(_)) => "us-east-1".to_owned(),
            (None, None) => return Err(OpenError::Region),
        };
        if region.is_empty() || !plain(&region) {
            return Err(OpenError::Region);
        }

        Ok(Self { name: name.to_owned(), prefix: prefix(url.path())?, region, endpoint })
    }
}

/// Whether the text can stand in a host name, a path and a header as it is.
fn plain(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

fn prefix(path: &str) -> Result<Path, OpenError> {
    let written = path.strip_prefix('/').unwrap_or(path);
    let written = written.strip_suffix('/').unwrap_or(written);
    if written.is_empty() {
        return Ok(Path::default());
    }
    let key = ObjectKey::parse(written).ok_or(OpenError::Prefix)?;
    Path::parse(key.as_str()).map_err(|_| OpenError::Prefix)
}

impl Endpoint {
    fn parse(written: &str) -> Result<Self, OpenError> {
        let url = Url::parse(written).map_err(|_| OpenError::Endpoint)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OpenError::CredentialsInUrl);
        }
        let plain_http = match url.scheme() {
            "http" => true,
            "https" => false,
            _ => return Err(OpenError::Endpoint),
        };
        let known_host = match url.host() {
            Some(Host::Domain(name)) => plain(name),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
            None => false,
        };
        if !known_host || url.query().is_some() || url.fragment().is_some() {
            return Err(OpenError::Endpoint);
        }
        prefix(url.path()).map_err(|_| OpenError::Endpoint)?;
        Ok(Self { url: url.as_str().trim_end_matches('/').to_owned(), plain_http })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(url: &str) -> Bucket {
        match Location::parse(url).unwrap() {
            Location::Bucket(bucket) => bucket,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn memory_and_folder() {
        assert_eq!(Location::parse("memory:").unwrap(), Location::Memory);
        assert_eq!(
            Location::parse("file:///srv/med%20cert/objects").unwrap(),
            Location::Folder(PathBuf::from("/srv/med cert/objects"))
        );
    }

    #[test]
    fn bucket_of_aws() {
        let bucket = bucket("s3://clinic-objects/medcert/live/?region=eu-west-1");
        assert_eq!(bucket.name, "clinic-objects");
        assert_eq!(bucket.prefix.as_ref(), "medcert/live");
        assert_eq!(bucket.region, "eu-west-1");
        assert_eq!(bucket.endpoint, None);
    }

    #[test]
    fn bucket_of_another_server() {
        let plain = bucket("s3://objects?endpoint=http://127.0.0.1:9000/&region=eu-west-1");
        assert_eq!(
            plain.endpoint,
            Some(Endpoint { url: "http://127.0.0.1:9000".to_owned(), plain_http: true })
        );
        assert_eq!(plain.prefix, Path::default());
        let secured = bucket("s3://objects?endpoint=https%3A%2F%2Fs3.example.org");
        assert_eq!(
            secured.endpoint,
            Some(Endpoint { url: "https://s3.example.org".to_owned(), plain_http: false })
        );
        assert_eq!(secured.region, "us-east-1");
        let numeric = bucket("s3://objects?endpoint=http://[::1]:9000/s3");
        assert_eq!(numeric.endpoint.unwrap().url, "http://[::1]:9000/s3");
    }

    #[test]
    fn what_is_refused_and_why() {
        let cases = [
            ("", "NotAUrl"),
            ("/srv/objects", "NotAUrl"),
            ("ftp://host/objects", "UnknownScheme"),
            ("memory:objects", "Memory"),
            ("memory://objects", "Memory"),
            ("file:objects", "Folder"),
            ("file://host/objects", "Folder"),
            ("file:///", "Folder"),
            ("file:///objects?mode=0700", "Folder"),
            ("s3:objects?region=eu-west-1", "Bucket"),
            ("s3://?region=eu-west-1", "Bucket"),
            ("s3://b%2Fc?region=eu-west-1", "Bucket"),
            ("s3://objects:9000?region=eu-west-1", "Bucket"),
            ("s3://objects/a//b?region=eu-west-1", "Prefix"),
            ("s3://objects/a%2F..?region=eu-west-1", "Prefix"),
            ("s3://objects", "Region"),
            ("s3://objects?region=", "Region"),
            ("s3://objects?region=eu-west-1&region=eu-west-2", "RepeatedParameter"),
            ("s3://objects?endpoint=localhost:9000", "Endpoint"),
            ("s3://objects?endpoint=http://localhost:9000?x=y", "Endpoint"),
            ("s3://objects?endpoint=http://local`host", "Endpoint"),
            ("s3://objects?endpoint=http://localhost/a%2520b", "Endpoint"),
            ("s3://objects?region=eu-west-1&hunter2=hunter2", "UnknownParameter"),
            ("s3://id:hunter2@objects?region=eu-west-1", "CredentialsInUrl"),
            ("s3://objects?endpoint=http://id:hunter2@localhost:9000", "CredentialsInUrl"),
        ];
        for (url, variant) in cases {
            let error = Location::parse(url).unwrap_err();
            assert_eq!(format!("{error:?}"), variant, "{url}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
