//! What a request is authorized by.

use http::HeaderValue;

/// The value of the header `authorization`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Bearer(HeaderValue);

impl Bearer {
    /// Nothing where the token cannot stand in a header.
    pub(super) fn of(token: &str) -> Option<Bearer> {
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
        value.set_sensitive(true);
        Some(Bearer(value))
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}
