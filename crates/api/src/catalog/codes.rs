//! The closed vocabularies of the catalog.

use medcert_domain::catalog;

use crate::codes::wire;

wire! {
    CertificateKindCode = catalog::CertificateKind, "CertificateKind", "Kind of certificate; decides its title.";
}
