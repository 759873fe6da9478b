//! What a password must be (NIST SP 800-63B §3.1.1.2, OWASP ASVS 5.0 §6.2).

use crate::Invalid;

/// A password that passed the checks; deliberately without `Debug`.
pub struct Password(String);

impl Password {
    /// The text, for hashing only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Bytes that bcrypt takes into account; more would be cut silently, so more is refused.
const MAX_BYTES: usize = 72;
const MIN_CHARS: usize = 12;

/// Often used passwords of at least twelve characters, in lower case; shorter ones fall to the length rule.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456123456",
    "123123123123",
    "111111111111",
    "000000000000",
    "qwertyuiopas",
    "qwertyuiop123",
    "qwerty123456",
    "qwerty1234567",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "zaq12wsxcde3",
    "passwordpassword",
    "password1234",
    "password12345",
    "password123456",
    "password123!",
    "passw0rd1234",
    "p@ssw0rd1234",
    "administrator",
    "administrator1",
    "adminadminadmin",
    "iloveyou1234",
    "letmeinletmein",
    "welcome12345",
    "welcome123456",
    "changeme1234",
    "changemechangeme",
    "abcdefghijkl",
    "abcdefghijklm",
    "abc123abc123",
    "aaaaaaaaaaaa",
    "contraseña123",
    "contrasena123",
    "contrasena1234",
    "senha1234567",
    "palavrapasse",
    "пароль123456",
    "йцукенгшщзхї",
    "trustno1trustno1",
    "superman12345",
    "football12345",
    "baseball12345",
    "sunshine12345",
    "princess12345",
    "dragon123456",
    "monkey123456",
    "qazwsxedcrfv",
    "asdfghjkl123",
    "zxcvbnm12345",
    "google123456",
    "medcert12345",
    "medcertmedcert",
    "hospital1234",
    "certificado1",
    "certificado123",
];

/// Checks a new password for the account with this e-mail address.
pub fn check_password(text: &str, email: &str) -> Result<Password, Invalid> {
    if text.len() > MAX_BYTES {
        return Err(Invalid::one("", "too-long", "must be at most 72 bytes in UTF-8"));
    }
    if text.chars().count() < MIN_CHARS {
        return Err(Invalid::one("", "too-short", "must have at least 12 characters"));
    }
    let lower = text.to_lowercase();
    let one_character = lower.chars().all(|c| lower.starts_with(c));
    if one_character || COMMON.contains(&lower.as_str()) {
        return Err(Invalid::one("", "common-password", "is one of the passwords tried first by attackers"));
    }
    let name = email.split('@').next().unwrap_or_default().to_lowercase();
    if name.chars().count() >= 4 && lower.contains(&name) {
        return Err(Invalid::one("", "contains-email", "must not contain the name of the e-mail address"));
    }
    Ok(Password(text.to_owned()))
}

/// Digits and letters that are hard to mistake for another: no 0 and o, no 1 and l.
const LEGIBLE: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";

/// A password that says 128 random bits in 26 signs of 5 bits each, in groups of five.
pub fn generated_password(random: [u8; 16]) -> String {
    let number = u128::from_be_bytes(random);
    let mut text = String::with_capacity(40);
    for at in 0..26 {
        if at > 0 && at % 5 == 0 {
            text.push('-');
        }
        let sign = LEGIBLE.get(usize::try_from((number >> (5 * at)) & 31).unwrap_or_default());
        text.push(sign.copied().map_or('x', char::from));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        check_password(text, "ana.silva@example.org").err().map_or("ok", |e| e.faults[0].code)
    }

    #[test]
    fn generated_passwords_say_all_their_bits() {
        assert_eq!(generated_password([0; 16]), "22222-22222-22222-22222-22222-2");
        assert_eq!(generated_password([255; 16]), "zzzzz-zzzzz-zzzzz-zzzzz-zzzzz-9");
        let bits = |at: usize| {
            let mut random = [0; 16];
            random[at / 8] = 1 << (at % 8);
            generated_password(random)
        };
        let all: std::collections::BTreeSet<String> = (0..128).map(bits).collect();
        assert_eq!(all.len(), 128);
        assert_eq!(code(&bits(77)), "ok");
    }

    #[test]
    fn passwords_are_measured_in_characters_below_and_bytes_above() {
        assert_eq!(code("corta"), "too-short");
        assert_eq!(code("correct horse battery"), "ok");
        assert_eq!(code(&"é1".repeat(24)), "ok");
        assert_eq!(code(&"é".repeat(37)), "too-long");
        assert_eq!(code("Password1234"), "common-password");
        assert_eq!(code("xxxxxxxxxxxxxxx"), "common-password");
        assert_eq!(code("Ana.Silva-2026!"), "contains-email");
    }
}
