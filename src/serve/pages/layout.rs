//! What every page has: its head, the way back, and where its figures come from.

use super::site::Site;
use super::words::clean;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The style of all pages; served, so that none needs one of its own.
pub const STYLE: &str = include_str!("pages.css");
/// Where it is served.
pub const STYLE_PATH: &str = "-/pages.css";
/// The icon of the landing page, so that browsers ask for none.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 \
                    16'%3E%3Cpath fill='%230b5cad' d='M1 9h4v6H1zm5-4h4v10H6zm5-4h4v14h-4z'/%3E\
                    %3C/svg%3E";

/// A name that comes from outside: shown as it is, and kept from what is around it, whichever way it
/// is written.
pub fn name(text: &str) -> Markup {
    html! { bdi.name { (clean(text)) } }
}

/// Text that leads somewhere, where there is somewhere.
pub fn link(address: Option<&str>, text: Markup) -> Markup {
    html! {
        @match address {
            Some(address) => a href=(address) { (text) },
            None => (text),
        }
    }
}

/// A step of the way from the first page to this one.
pub struct Crumb {
    /// Its address; none for the page itself.
    pub address: Option<String>,
    /// Its name.
    pub text: String,
}

/// What stands before the content.
pub fn head(site: &Site, title: &str, crumbs: &[Crumb]) -> String {
    let title = format!("\u{2068}{}\u{2069} · delivery review", clean(title));
    let opening = html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">"))
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) }
            @if let Some(style) = site.at(STYLE_PATH) {
                link rel="icon" href=(ICON);
                link rel="stylesheet" href=(style);
            } @else {
                style { (PreEscaped(STYLE)) }
            }
        }
        (PreEscaped("<body>"))
        @if site.is_served() {
            a.skip href="#content" { "Skip to the content" }
            nav.way aria-label="Where you are" {
                ol {
                    @for crumb in crumbs {
                        li {
                            @match &crumb.address {
                                Some(address) => a href=(address) { (name(&crumb.text)) },
                                None => span aria-current="page" { (name(&crumb.text)) },
                            }
                        }
                    }
                }
            }
        }
        (PreEscaped("<main id=\"content\">"))
    };
    opening.into_string()
}

/// What stands behind the content.
pub fn rest(content: &Markup, foot: &Markup) -> String {
    html! {
        (content)
        (PreEscaped("</main>"))
        footer { (foot) }
        (PreEscaped("</body></html>\n"))
    }
    .into_string()
}

/// The way to the list of teams.
pub fn crumbs(site: &Site, more: Vec<Crumb>) -> Vec<Crumb> {
    let first = [("", "dora-exporter"), ("teams", "Teams")]
        .map(|(path, text)| Crumb { address: site.at(path), text: text.to_owned() });
    first.into_iter().chain(more).collect()
}
