//! Portuguese.

use medcert_application::certification::Overall;
use medcert_domain::{catalog::CertificateKind, certification::Conclusion};

pub(super) static TEXTS: super::Texts = super::Texts {
    tag: "pt",
    language: "Português",
    title: "Verificação de certificado",
    verdict: |overall| match overall {
        Some(Overall::Genuine) => ("Autêntico", "Este certificado foi emitido aqui e está em vigor hoje."),
        Some(Overall::NotYetValid) => (
            "Ainda não válido",
            "Este certificado foi emitido aqui, mas o seu primeiro dia de validade ainda não chegou.",
        ),
        Some(Overall::Expired) => {
            ("Expirado", "Este certificado foi emitido aqui, mas o seu último dia de validade já passou.")
        }
        Some(Overall::Suspended) => {
            ("Suspenso", "Este certificado foi emitido aqui, mas está suspenso. Por agora, não confie nele.")
        }
        Some(Overall::Revoked) => {
            ("Revogado", "Este certificado foi emitido aqui, mas foi retirado. Não confie nele.")
        }
        Some(Overall::Replaced) => {
            ("Substituído", "Este certificado foi emitido aqui, mas outro mais recente tomou o seu lugar.")
        }
        None => (
            "Desconhecido",
            "Não foi emitido aqui nenhum certificado com este código. O código pode estar mal escrito ou o papel \
             pode ser falso.",
        ),
    },
    conclusion: "Conclusão",
    outcome: |conclusion| match conclusion {
        Conclusion::Fit => "Apto",
        Conclusion::FitWithRestrictions => "Apto com restrições",
        Conclusion::Unfit => "Não apto",
        Conclusion::Inconclusive => "Inconclusivo",
    },
    caution: |conclusion| match conclusion {
        Conclusion::Fit => None,
        Conclusion::FitWithRestrictions => Some("As restrições estão impressas no certificado."),
        Conclusion::Unfit => Some("Concluiu-se que a pessoa titular não está apta."),
        Conclusion::Inconclusive => Some("A avaliação não chegou a uma conclusão."),
    },
    kind: "Certificado",
    kinds: |kind| match kind {
        CertificateKind::MedicalFitness => "Certificado de aptidão médica",
        CertificateKind::MentalHealth => "Certificado de saúde mental",
        CertificateKind::OccupationalHealth => "Certificado de aptidão para o trabalho",
        CertificateKind::DriverFitness => "Certificado de aptidão para a condução",
        CertificateKind::SportsFitness => "Certificado de aptidão para o desporto",
        CertificateKind::SchoolHealth => "Certificado de saúde escolar",
        CertificateKind::General => "Certificado médico",
    },
    number: "Número",
    validity: "Validade",
    until: "a",
    holder: "Titular",
    born: "ano de nascimento",
    doctor: "Médico(a)",
    licence: "cédula profissional",
    issuer: "Emitido por",
    tax_id: "Identificação fiscal",
    phone: "Telefone",
    checked: "Verificado",
    replaced_by: "Ver o certificado mais recente",
    compare_title: "Compare",
    compare: "Compare esta página com o papel e com o documento de identificação da pessoa titular: número, conclusão, \
              datas, iniciais e ano de nascimento têm de coincidir. Se algo for diferente, não confie no papel e \
              ligue para a instituição.",
    languages: "Língua",
    months: [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    of: " de ",
};
