//! Login pages in front of the app: Cloudflare Access, and the login walls of home servers. Each is recognized by its
//! redirects, cookies, headers or page. The products are entries of [`known::WALLS`].

mod access;
mod known;

pub(super) use self::access::is_access;
use self::known::{KnownWall, WALLS};
use super::response::Response;
use super::url::host_of;

/// A login page that answered instead of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LoginWall {
    /// The product's name, or the host of the login page.
    pub(super) name: String,
    /// Some apps redirect to an identity provider themselves, without a login wall.
    pub(super) may_be_the_app: bool,
}

impl LoginWall {
    fn certain(name: &str) -> Self {
        Self { name: name.to_owned(), may_be_the_app: false }
    }
}

/// First labels of host names under which login pages are usually served.
const PORTAL_LABELS: [&str; 8] = ["auth", "login", "signin", "sso", "id", "idp", "identity", "account"];

/// Query parameters in which a login page keeps the address to return to.
const RETURN_PARAMETERS: [&str; 13] = [
    "rd",
    "redirect",
    "redirect_uri",
    "redirect_url",
    "redirect_to",
    "return",
    "return_to",
    "return_url",
    "returnurl",
    "url",
    "next",
    "goto",
    "service",
];

/// Find the login wall that answered, if one did. `host` is the target's own.
pub(super) fn find(response: &Response<'_>, host: &str) -> Option<LoginWall> {
    if response.status.is_success() {
        return by_title(&response.title().to_ascii_lowercase(), host);
    }
    let location = response.location();
    if location.is_empty() && !matches!(response.status.as_u16(), 401 | 403) {
        return None;
    }
    by_cookie(response).or_else(|| by_header(response)).or_else(|| match location.is_empty() {
        true => by_page(response),
        false => by_location(&location, host),
    })
}

/// Find the first wall with one of these marks in `text`.
fn marked(text: &str, marks: fn(&KnownWall) -> &[&str]) -> Option<&'static KnownWall> {
    WALLS.iter().find(|wall| marks(wall).iter().any(|mark| text.contains(mark)))
}

fn known(wall: &KnownWall) -> LoginWall {
    LoginWall::certain(wall.name)
}

/// Find a wall by its title: `Login - Authelia`, or the name alone. A page that merely mentions one is not a login
/// wall, and neither is the login page that is itself the target.
fn by_title(title: &str, host: &str) -> Option<LoginWall> {
    let wall = marked(title, |wall| wall.labels)?;
    let is_login = ["login", "log in", "sign in", "sign-in"].iter().any(|phrase| title.contains(phrase));
    let is_named = is_login || wall.name.eq_ignore_ascii_case(title);
    (is_named && !is_portal_of(wall, host)).then(|| known(wall))
}

/// Return whether this wall's own login page is served on the host.
fn is_portal_of(wall: &KnownWall, host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let first = host.split('.').next().unwrap_or_default();
    PORTAL_LABELS.contains(&first) || wall.labels.iter().any(|label| host.contains(label))
}

fn by_cookie(response: &Response<'_>) -> Option<LoginWall> {
    response.cookies().find_map(|cookie| {
        let name = cookie.split('=').next().unwrap_or_default();
        marked(name, |wall| wall.cookies).map(known)
    })
}

fn by_header(response: &Response<'_>) -> Option<LoginWall> {
    let has_header = |wall: &&KnownWall| wall.headers.iter().any(|name| response.headers.contains_key(*name));
    if let Some(wall) = WALLS.iter().find(has_header) {
        return Some(known(wall));
    }
    let realm = response.header("www-authenticate").to_ascii_lowercase();
    marked(&realm, |wall| wall.labels).map(known)
}

fn by_page(response: &Response<'_>) -> Option<LoginWall> {
    let has_mark = |wall: &&KnownWall| wall.page.iter().any(|mark| response.contains_ignoring_case(mark));
    if let Some(wall) = WALLS.iter().find(has_mark) {
        return Some(known(wall));
    }
    // Authelia's response to clients that are not browsers is a bare link to its own page.
    let is_link = response.contains("<a href=\"http")
        && (response.contains("?rd=http") || response.contains("&amp;rd=http"));
    is_link.then(|| LoginWall::certain("Authelia"))
}

fn by_location(location: &str, host: &str) -> Option<LoginWall> {
    let lower = location.to_ascii_lowercase();
    if let Some(wall) = marked(&lower, |wall| wall.location) {
        return Some(known(wall));
    }
    let there = host_of(&lower);
    if there.is_empty() || there == host.to_ascii_lowercase() {
        return None;
    }
    if let Some(wall) = marked(&lower, |wall| wall.location_on_another_host) {
        return Some(known(wall));
    }
    let (path, query) = lower.split_once('?').unwrap_or((&lower, ""));
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let is_identity_protocol = (has("client_id") && has("response_type")) || has("samlrequest");
    if is_identity_protocol {
        return Some(LoginWall { name: there.to_owned(), may_be_the_app: true });
    }
    let label = there.split('.').next().unwrap_or_default();
    let labelled = marked(label, |wall| wall.labels).map(known);
    let is_login = path.ends_with("/login") || path.ends_with("/signin") || path.ends_with("/sign_in");
    let leads_back = query.split('&').filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
        RETURN_PARAMETERS.contains(&name) && (value.starts_with("http") || value.contains(host) || is_login)
    });
    if !leads_back {
        return labelled.filter(|_| is_login);
    }
    let is_authelia = has("rd") && has("rm");
    labelled.or_else(|| Some(LoginWall::certain(if is_authelia { "Authelia" } else { there })))
}

#[cfg(test)]
mod tests;
