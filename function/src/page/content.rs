//! A resource's content in its format, and the headers that depend on the format.

use super::language::Language;
use super::route::Route;
use super::view::View;
use super::{badge, csp, feed, html, status_json};

/// A resource's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its media type.
    pub media_type: &'static str,
    /// Its text.
    pub body: String,
    /// For how long it may be shown without asking again, in seconds.
    pub max_age_s: u32,
    /// Whether pages of other sites may read it.
    pub is_shared: bool,
    /// What it may load.
    pub policy: &'static str,
    /// Whether it depends on the visitor's language.
    pub has_language: bool,
}

/// Return the content of a resource in a language; nothing if no public target has the name.
pub fn content(route: &Route, view: &View, language: Language) -> Option<Content> {
    let app = |name: &str| view.apps().find(|app| app.name == name);
    let content = |media_type, body| Content {
        media_type,
        body,
        max_age_s: 30,
        is_shared: false,
        policy: csp::NOTHING,
        has_language: false,
    };
    let badge = |content| Content { max_age_s: 60, is_shared: true, ..content };
    Some(match route {
        Route::Html => {
            let html = content("text/html; charset=utf-8", html::page(view, language));
            Content { policy: csp::OF_PAGE.as_str(), has_language: true, ..html }
        }
        Route::StatusJson => {
            Content { is_shared: true, ..content(JSON, status_json::summary(view).to_string()) }
        }
        Route::Feed => content("application/atom+xml; charset=utf-8", feed::feed(view)),
        Route::BadgeSvg(name) => badge(content("image/svg+xml; charset=utf-8", badge::svg(app(name)?))),
        Route::BadgeJson(name) => badge(content(JSON, badge::shields(app(name)?).to_string())),
    })
}

const JSON: &str = "application/json; charset=utf-8";
