//! Portuguese.

use super::Texts;

pub(super) const TEXTS: Texts = Texts {
    confirm_subject: "Confirme o seu novo endereço de correio eletrónico",
    confirm: |institution, link, minutes| {
        format!(
            "Este endereço foi indicado como o novo endereço de uma conta em {institution}.\n\n\
             Se foi o titular da conta, confirme-o nos próximos {minutes} minutos:\n\n{link}\n\n\
             A partir daí iniciará sessão com este endereço. Caso contrário, ignore esta mensagem.\n"
        )
    },
    asked_subject: "Foi pedido um novo endereço de correio eletrónico",
    asked: |institution| {
        format!(
            "Alguém com sessão iniciada na sua conta em {institution} pediu para mudar o endereço de correio eletrónico. \
             O novo endereço passa a valer quando for confirmado.\n\n\
             Se não foi o próprio, mude já a palavra-passe e avise a administração de {institution}.\n"
        )
    },
};
