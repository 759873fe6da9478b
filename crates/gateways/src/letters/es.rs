//! Spanish.

use super::Texts;

pub(super) const TEXTS: Texts = Texts {
    confirm_subject: "Confirme su nueva dirección de correo",
    confirm: |institution, link, minutes| {
        format!(
            "Esta dirección se indicó como la nueva dirección de una cuenta en {institution}.\n\n\
             Si fue usted, confírmela en los próximos {minutes} minutos:\n\n{link}\n\n\
             Desde entonces ingresará con esta dirección. Si no fue usted, ignore este mensaje.\n"
        )
    },
    asked_subject: "Se pidió una nueva dirección de correo",
    asked: |institution| {
        format!(
            "Alguien que ingresó con su cuenta en {institution} pidió cambiar su dirección de correo. La nueva dirección \
             valdrá cuando se confirme.\n\n\
             Si no fue usted, cambie su contraseña ahora y avise a la administración de {institution}.\n"
        )
    },
};
