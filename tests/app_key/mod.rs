//! The key pair of a GitHub App, made for a test.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::sync::OnceLock;

/// How many bytes stand before the key itself in PKCS #8, at 2,048 bits.
const PKCS8_HEADER: usize = 26;

/// The key pair, as PEM.
pub struct AppKey {
    /// As GitHub generates it: PKCS #1.
    pub private: String,
    /// As tools convert it: PKCS #8.
    #[allow(dead_code)] // Most tests are content with GitHub's own form.
    pub pkcs8: String,
    /// The public half.
    pub public: String,
}

/// A key pair, the same one for all tests of a process.
pub fn key() -> &'static AppKey {
    static KEY: OnceLock<AppKey> = OnceLock::new();
    KEY.get_or_init(generate)
}

/// Another key pair.
#[allow(dead_code)] // Some tests rotate no key.
pub fn generate() -> AppKey {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8 = AsDer::<Pkcs8V1Der>::as_der(&pair).unwrap();
    let public = AsDer::<PublicKeyX509Der>::as_der(pair.public_key()).unwrap();
    AppKey {
        private: pem("RSA PRIVATE KEY", &pkcs8.as_ref()[PKCS8_HEADER..]),
        pkcs8: pem("PRIVATE KEY", pkcs8.as_ref()),
        public: pem("PUBLIC KEY", public.as_ref()),
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
