//! Answers requests.

use sha2::{Digest, Sha256};

use super::accept_language;
use super::content::{Content, content};
use super::language::Language;
use super::reader::Reader;
use super::request::{Method, PageRequest};
use super::response::Response;
use super::route::{Destination, FirstSegment, Route};
use super::view::View;
use crate::contract::settings::{PageSettings, Settings};
use crate::store::ParameterSource;

/// For how many seconds a view is shown before it is made again.
const VIEW_S: u64 = 10;

/// Answers requests, one after another.
#[derive(Debug)]
pub struct PageServer<S> {
    settings: Settings,
    first_segment: FirstSegment,
    reader: Reader<S>,
    view: Option<View>,
    /// What was rendered of the view: there are only few resources, and most visitors want the same.
    rendered: Vec<Rendered>,
}

/// What could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Supply {
    /// Everything.
    Current,
    /// Nothing now; perhaps something earlier.
    OldCopy,
    /// Nothing, and a response must say that.
    Nothing,
}

/// A resource in one language.
#[derive(Debug)]
struct Rendered {
    route: Route,
    language: Language,
    content: Content,
    tag: String,
}

impl<S: ParameterSource> PageServer<S> {
    /// Create a server that has read nothing yet.
    pub fn new(settings: Settings, source: S) -> Self {
        let secret = settings.page.as_ref().and_then(|page| page.secret_sha256.as_deref());
        let first_segment = FirstSegment::new(secret);
        let reader = Reader::new(source, &settings);
        Self { settings, first_segment, reader, view: None, rendered: Vec::new() }
    }

    /// Return what the owner should know, once.
    pub fn take_warning(&mut self) -> Option<String> {
        self.reader.take_warning()
    }

    /// Answer a request at a time in Unix seconds.
    pub async fn respond(&mut self, request: PageRequest<'_>, now: u64) -> Response {
        let destination = self.first_segment.destination(request.path());
        let mut response = match (destination, request.method()) {
            (Destination::Nowhere, _) => not_found(),
            (_, Method::Other) => {
                Response::text(405, "method not allowed").with("allow", "GET, HEAD").with(CACHE, NO_STORE)
            }
            (Destination::Slash(location), _) => {
                Response::text(308, "moved").with("location", location).with(CACHE, NO_STORE)
            }
            (Destination::At(route), _) => self.resource(&route, request, now).await,
        };
        if request.method() == Method::Head {
            response.body.clear();
        }
        if self.settings.page.as_ref().is_none_or(PageSettings::is_unlisted) {
            response = response.with("x-robots-tag", "noindex, nofollow");
        }
        response.with("x-content-type-options", "nosniff").with("referrer-policy", "no-referrer")
    }

    async fn resource(&mut self, route: &Route, request: PageRequest<'_>, now: u64) -> Response {
        self.refresh_view(now).await;
        let languages = self.settings.page.as_ref().map_or(&[][..], |page| &page.languages);
        let language = accept_language::chosen(languages, request.header("accept-language"));
        let is_this = |one: &Rendered| one.route == *route && one.language == language;
        let at = match self.rendered.iter().position(is_this) {
            Some(at) => at,
            None => {
                let content = self.view.as_ref().and_then(|view| content(route, view, language));
                let Some(content) = content else { return not_found() };
                let tag = entity_tag(&content.body);
                self.rendered.push(Rendered { route: route.clone(), language, content, tag });
                self.rendered.len() - 1
            }
        };
        let Some(rendered) = self.rendered.get(at) else { return not_found() };
        // A badge is an image in another page, which would show nothing instead.
        let is_badge = matches!(route, Route::BadgeSvg(_) | Route::BadgeJson(_));
        let supply = match self.reader.data().failing_since {
            _ if !self.reader.has_copy() && !is_badge => Supply::Nothing,
            Some(_) => Supply::OldCopy,
            None => Supply::Current,
        };
        rendered.response(supply, self.first_segment.is_secret(), request)
    }

    /// Make the view again if it is no longer recent, or if something new was read.
    async fn refresh_view(&mut self, now: u64) {
        let has_read = self.reader.refresh(&self.settings, now).await;
        let is_recent = |view: &View| now.checked_sub(view.now).is_some_and(|age| age < VIEW_S);
        if has_read || !self.view.as_ref().is_some_and(is_recent) {
            self.view = Some(View::new(&self.settings, self.reader.data(), now));
            self.rendered.clear();
        }
    }
}

impl Rendered {
    /// Return the response, which shows what could be read.
    fn response(&self, supply: Supply, is_secret: bool, request: PageRequest<'_>) -> Response {
        let Self { content, language, tag, .. } = self;
        let is_same = |known: &str| matches(known, tag);
        let (status, body) = match request.header("if-none-match") {
            _ if supply == Supply::Nothing => (503, &content.body),
            Some(known) if is_same(known) => (304, &String::new()),
            _ => (200, &content.body),
        };
        let mut response = Response { status, headers: Vec::new(), body: body.clone() };
        if status != 304 {
            response = response.with("content-type", content.media_type);
        }
        response = match supply {
            Supply::Current => {
                let scope = if is_secret { "private" } else { "public" };
                response.with(CACHE, format!("{scope}, max-age={}", content.max_age_s)).with("etag", tag)
            }
            // It should not stay when the reason is gone.
            Supply::OldCopy => response.with(CACHE, NO_STORE).with("etag", tag),
            Supply::Nothing => response.with(CACHE, NO_STORE).with("retry-after", "10"),
        };
        response = response.with("content-security-policy", content.policy);
        if content.has_language {
            response = response.with("vary", "accept-language").with("content-language", language.code());
        }
        if content.is_shared { response.with("access-control-allow-origin", "*") } else { response }
    }
}

const CACHE: &str = "cache-control";
const NO_STORE: &str = "no-store";

/// Return the same answer for every path that leads nowhere: it must not say whether the secret one was right.
fn not_found() -> Response {
    Response::text(404, "not found").with(CACHE, NO_STORE)
}

/// Return a strong tag of a body.
fn entity_tag(body: &str) -> String {
    let digest = Sha256::digest(body.as_bytes());
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// Return whether a list of known tags has this one. A weak one counts too: its content is the same.
fn matches(known: &str, tag: &str) -> bool {
    known.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}
