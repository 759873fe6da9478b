//! A server that speaks the S3 protocol, signatures included, over a local folder.

use std::path::Path;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tokio::net::TcpListener;

/// The key pair the server accepts.
pub(crate) struct Keys {
    pub(crate) access_key_id: &'static str,
    pub(crate) secret_access_key: &'static str,
}

/// Starts the server on a free port; it ends with the runtime. Each folder in the root is a bucket.
/// Returns the endpoint, as `http://127.0.0.1:port`, and the keys.
pub(crate) async fn start(root: &Path) -> (String, Keys) {
    let keys = Keys { access_key_id: "medcert-test", secret_access_key: "medcert-test-secret" };
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).expect("the root is a folder"));
    service.set_auth(SimpleAuth::from_single(keys.access_key_id, keys.secret_access_key));
    let service = service.build();

    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let address = listener.local_addr().expect("the listener is bound");
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                // A client that hangs up is no fault of the server.
                let _ =
                    Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    (format!("http://{address}"), keys)
}
