//! Login pages in front of the app: Cloudflare Access, and the walls that people put up at home. Each is recognised by
//! what it leaves behind: where it redirects to, its cookies, its headers, its page.

use super::answer::Answer;

/// A login page that answered in the app's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wall {
    /// What it is called, or where it is.
    pub(super) name: String,
    /// Some apps send people to an identity provider themselves, without a wall before them.
    pub(super) may_be_the_app: bool,
}

/// Whether it is Cloudflare Access that refuses, and not the app.
pub(super) fn is_access(answer: &Answer<'_>) -> bool {
    if answer.status.is_redirection() {
        let place = answer.target_of_redirect();
        return host_of(&place).ends_with(".cloudflareaccess.com") || place.contains("/cdn-cgi/access/login");
    }
    if !matches!(answer.status.as_u16(), 401 | 403) {
        return is_access_page(answer);
    }
    // A token that Access has taken comes back as a signed cookie, and the refusal is then the app's.
    let signed = |cookie: &str| cookie.starts_with("CF_Authorization=ey");
    if answer.cookies().any(signed) {
        return false;
    }
    answer
        .cookies()
        .any(|cookie| cookie.starts_with("CF_Authorization") || cookie.starts_with("CF_AppSession"))
        || answer.header("www-authenticate").starts_with("Cloudflare-Access")
        || answer.has_header_like("cf-access-")
        || answer.says("cloudflareaccess.com")
        || is_access_page(answer)
}

fn is_access_page(answer: &Answer<'_>) -> bool {
    answer.title().ends_with("Cloudflare Access")
}

/// Names of cookies, or their beginnings.
const COOKIES: [(&str, &str); 14] = [
    ("authelia_session", "Authelia"),
    ("authentik_proxy", "authentik"),
    ("_oauth2_proxy", "oauth2-proxy"),
    ("_forward_auth", "traefik-forward-auth"),
    ("_pomerium", "Pomerium"),
    ("tinyauth", "Tinyauth"),
    ("mod_auth_openidc", "mod_auth_openidc"),
    ("AUTHP_", "AuthCrunch"),
    ("VouchCookie", "Vouch Proxy"),
    ("VouchSession", "Vouch Proxy"),
    ("organizr_", "Organizr"),
    ("lemonldap", "LemonLDAP::NG"),
    ("OAuth_Token_Request_State", "Keycloak"),
    ("GCP_IAP_", "Google IAP"),
];

/// Parts of the address that a wall redirects to, wherever it is. In lower case.
const PLACES: [(&str, &str); 15] = [
    ("/authelia/", "Authelia"),
    ("/outpost.goauthentik.io/", "authentik"),
    ("/akprox/", "authentik"),
    ("/oauth2/start", "oauth2-proxy"),
    ("/oauth2/sign_in", "oauth2-proxy"),
    ("%2foauth2%2fcallback", "oauth2-proxy"),
    ("%2f_oauth", "traefik-forward-auth"),
    ("/.pomerium/", "Pomerium"),
    ("pomerium_redirect_uri=", "Pomerium"),
    ("vouch-failcount=", "Vouch Proxy"),
    ("x-vouch-token=", "Vouch Proxy"),
    ("/yunohost/sso", "YunoHost"),
    ("/cosmos-ui/login", "Cosmos"),
    ("/?error=401", "Organizr"),
    ("/?error=403", "Organizr"),
];

/// The same, where the address is on another host. On its own, these are pages of the app that is watched.
const OTHER_PLACES: [(&str, &str); 6] = [
    ("/application/o/authorize", "authentik"),
    ("/if/flow/", "authentik"),
    ("/protocol/openid-connect/auth", "Keycloak"),
    ("/protocol/saml", "Keycloak"),
    ("/auth/resource/", "Pangolin"),
    ("/web/launch/", "Teleport"),
];

/// What a wall's page says, in lower case.
const PAGES: [(&str, &str); 10] = [
    ("authelia", "Authelia"),
    ("goauthentik", "authentik"),
    ("oauth2-proxy", "oauth2-proxy"),
    ("oauth2 proxy", "oauth2-proxy"),
    ("/oauth2/start", "oauth2-proxy"),
    ("/oauth2/sign_in", "oauth2-proxy"),
    ("/.pomerium/", "Pomerium"),
    ("tinyauth", "Tinyauth"),
    ("organizr", "Organizr"),
    ("/protocol/openid-connect/", "Keycloak"),
];

/// Where walls are often found, and what their realm and their title say.
const NAMES: [(&str, &str); 9] = [
    ("authelia", "Authelia"),
    ("authentik", "authentik"),
    ("tinyauth", "Tinyauth"),
    ("keycloak", "Keycloak"),
    ("pomerium", "Pomerium"),
    ("vouch", "Vouch Proxy"),
    ("organizr", "Organizr"),
    ("pangolin", "Pangolin"),
    ("oauth2-proxy", "oauth2-proxy"),
];

/// What hosts are called on which a login page is at home.
const PORTALS: [&str; 8] = ["auth", "login", "signin", "sso", "id", "idp", "identity", "account"];

/// Parameters in which a wall notes where people wanted to go.
const RETURNS: [&str; 13] = [
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

/// The login wall that answered, if one did. `host` is the target's own.
pub(super) fn login(answer: &Answer<'_>, host: &str) -> Option<Wall> {
    if answer.status.is_success() {
        return by_title(&answer.title().to_ascii_lowercase()).filter(|wall| !is_portal(host, wall));
    }
    let place = answer.target_of_redirect();
    if place.is_empty() && !matches!(answer.status.as_u16(), 401 | 403) {
        return None;
    }
    let by_cookie = answer.cookies().find_map(|cookie| {
        let name = cookie.split('=').next().unwrap_or_default();
        COOKIES.iter().find(|(sign, _)| name.contains(sign)).map(|(_, wall)| certain(wall))
    });
    by_cookie.or_else(|| by_header(answer)).or_else(|| match place.is_empty() {
        true => by_page(answer),
        false => by_place(&place, host),
    })
}

/// `Login - Authelia`, or the name alone. A page that only speaks of one is no wall.
fn by_title(title: &str) -> Option<Wall> {
    let is_login = ["login", "log in", "sign in", "sign-in"].iter().any(|word| title.contains(word));
    named(&NAMES, title).filter(|wall| is_login || wall.name.eq_ignore_ascii_case(title))
}

/// Whether the target is the login page itself, and not an app behind it.
fn is_portal(host: &str, wall: &Wall) -> bool {
    let host = host.to_ascii_lowercase();
    let first = host.split('.').next().unwrap_or_default();
    PORTALS.contains(&first) || NAMES.iter().any(|(sign, name)| *name == wall.name && host.contains(sign))
}

fn by_header(answer: &Answer<'_>) -> Option<Wall> {
    for (header, wall) in [
        ("x-tinyauth-location", "Tinyauth"),
        ("x-pomerium-intercepted-response", "Pomerium"),
        ("x-goog-iap-generated-response", "Google IAP"),
    ] {
        if answer.headers.contains_key(header) {
            return Some(certain(wall));
        }
    }
    named(&NAMES, &answer.header("www-authenticate").to_ascii_lowercase())
}

fn by_page(answer: &Answer<'_>) -> Option<Wall> {
    let found = PAGES.iter().find(|(sign, _)| answer.mentions(sign)).map(|(_, wall)| certain(wall));
    // What Authelia answers to what is no browser: a link to its own page.
    let is_link = answer.says("<a href=\"http") && (answer.says("?rd=http") || answer.says("&amp;rd=http"));
    found.or_else(|| is_link.then(|| certain("Authelia")))
}

fn by_place(place: &str, host: &str) -> Option<Wall> {
    let lower = place.to_ascii_lowercase();
    if let Some(wall) = named(&PLACES, &lower) {
        return Some(wall);
    }
    let there = host_of(&lower);
    if there.is_empty() || there == host.to_ascii_lowercase() {
        return None;
    }
    if let Some(wall) = named(&OTHER_PLACES, &lower) {
        return Some(wall);
    }
    let (path, query) = lower.split_once('?').unwrap_or((&lower, ""));
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let label = there.split('.').next().unwrap_or_default();
    let is_login = path.ends_with("/login") || path.ends_with("/signin") || path.ends_with("/sign_in");
    let leads_back = query.split('&').filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
        RETURNS.contains(&name) && (value.starts_with("http") || value.contains(host) || is_login)
    });
    let is_protocol = (has("client_id") && has("response_type")) || has("samlrequest");
    if is_protocol {
        return Some(Wall { name: there.to_owned(), may_be_the_app: true });
    }
    if !leads_back {
        return named(&NAMES, label).filter(|_| is_login);
    }
    let is_authelia = has("rd") && has("rm");
    named(&NAMES, label).or_else(|| Some(certain(if is_authelia { "Authelia" } else { there })))
}

fn named(signs: &[(&str, &str)], text: &str) -> Option<Wall> {
    signs.iter().find(|(sign, _)| text.contains(sign)).map(|(_, wall)| certain(wall))
}

fn certain(name: &str) -> Wall {
    Wall { name: name.to_owned(), may_be_the_app: false }
}

/// The host of an absolute address, without its port; empty if it has none.
fn host_of(place: &str) -> &str {
    let rest = match place.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => rest,
        _ => match place.strip_prefix("//") {
            Some(rest) => rest,
            None => return "",
        },
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::super::answer::tests::headers;
    use super::*;

    fn wall(status: u16, lines: &str, body: &str) -> Option<Wall> {
        let (status, headers) = (StatusCode::from_u16(status).unwrap(), headers(lines));
        login(&Answer { status, headers: &headers, body: body.as_bytes() }, "app.example.com")
    }

    fn access(status: u16, lines: &str, body: &str) -> bool {
        let (status, headers) = (StatusCode::from_u16(status).unwrap(), headers(lines));
        is_access(&Answer { status, headers: &headers, body: body.as_bytes() })
    }

    #[test]
    fn walls_are_recognised_by_where_they_redirect_to() {
        let back = "https%3A%2F%2Fapp.example.com%2Fidentity";
        for (place, name) in [
            (format!("https://auth.example.com/?rd={back}&rm=GET"), "Authelia"),
            (format!("https://authelia.example.com/?rd={back}"), "Authelia"),
            (format!("https://auth.example.com/?rd={back}"), "auth.example.com"),
            (format!("https://app.example.com/outpost.goauthentik.io/start?rd={back}"), "authentik"),
            (format!("/outpost.goauthentik.io/start?rd={back}"), "authentik"),
            ("https://sso.example.com/application/o/authorize/?client_id=a".to_owned(), "authentik"),
            (format!("https://app.example.com/oauth2/sign_in?rd={back}"), "oauth2-proxy"),
            (format!("/oauth2/start?rd={back}"), "oauth2-proxy"),
            (
                "https://id.example.com/authorize?client_id=a&response_type=code\
                 &redirect_uri=https%3A%2F%2Fapp.example.com%2Foauth2%2Fcallback"
                    .to_owned(),
                "oauth2-proxy",
            ),
            (
                "https://id.example.com/realms/home/protocol/openid-connect/auth?client_id=a".to_owned(),
                "Keycloak",
            ),
            (format!("https://tinyauth.example.com/login?redirect_uri={back}"), "Tinyauth"),
            (format!("https://login.example.com/login?redirect_uri={back}"), "login.example.com"),
            (
                format!("https://authenticate.example.com/.pomerium/sign_in?pomerium_redirect_uri={back}"),
                "Pomerium",
            ),
            (format!("https://sso.example.com/login?url={back}&vouch-failcount=1"), "Vouch Proxy"),
            ("https://app.example.com/?error=401&return=/".to_owned(), "Organizr"),
            (format!("https://pangolin.example.com/auth/resource/7?redirect={back}"), "Pangolin"),
            ("https://example.com/yunohost/sso/?r=aHR0cHM6".to_owned(), "YunoHost"),
        ] {
            for status in [302, 303, 307] {
                let found = wall(status, &format!("location: {place}"), "");
                assert_eq!(found, Some(certain(name)), "{place}");
            }
        }
        let google = "location: https://accounts.google.com/o/oauth2/auth?client_id=a&response_type=code&redirect_uri=x";
        let found = wall(302, google, "").unwrap();
        assert!(found.may_be_the_app && found.name == "accounts.google.com", "{found:?}");
        let cookie = "\nset-cookie: _forward_auth_csrf_1a=b; Path=/; HttpOnly";
        assert_eq!(wall(307, &format!("{google}{cookie}"), ""), Some(certain("traefik-forward-auth")));
    }

    #[test]
    fn walls_are_recognised_by_cookies_headers_and_pages() {
        let link =
            "<a href=\"https://auth.example.com/?rd=https%3A%2F%2Fapp.example.com%2F&amp;rm=GET\">401</a>";
        for (status, lines, body, name) in [
            (401, "set-cookie: authelia_session=x; Path=/", "", "Authelia"),
            (401, "", link, "Authelia"),
            (401, "www-authenticate: Basic realm=\"Authelia\"", "", "Authelia"),
            (302, "location: https://x.example.com/\nset-cookie: authentik_proxy_1a2b=x", "", "authentik"),
            (401, "x-tinyauth-location: https://t.example.com/login", "{\"status\":401}", "Tinyauth"),
            (403, "", "<form action=\"/oauth2/start\">Sign in</form>", "oauth2-proxy"),
            (403, "x-pomerium-intercepted-response: true", "", "Pomerium"),
            (401, "", "<title>Organizr</title>", "Organizr"),
            (200, "", "<title>Login - Authelia</title>", "Authelia"),
            (200, "", "<title>Organizr</title>", "Organizr"),
        ] {
            assert_eq!(wall(status, lines, body), Some(certain(name)), "{status} {lines} {body}");
        }
    }

    #[test]
    fn what_an_app_does_itself_is_no_wall() {
        for (status, lines, body) in [
            (302, "location: /login?next=%2F", ""),
            (302, "location: /accounts/login/", ""),
            (302, "location: https://app.example.com/web/index.html", ""),
            (301, "location: https://app.example.com/", ""),
            (301, "location: https://www.example.com/", ""),
            (302, "location: https://login.example.com/a?token=hush", ""),
            (302, "location: //app.example.com:8443/login?redirect=%2F", ""),
            (302, "location: https://app.example.com/if/flow/default-authentication-flow/", ""),
            (401, "www-authenticate: Basic realm=\"app\"\nserver: nginx", "<hr><center>nginx</center>"),
            (403, "server: Apache", "Forbidden"),
            (401, "", "{\"error\":\"unauthorized\"}"),
            (500, "set-cookie: authelia_session=x", "authelia"),
            (200, "set-cookie: authelia_session=x", "<title>Sonarr</title> behind authelia"),
            (200, "", "<title>Vouchers for pangolins</title>"),
            (302, "location: /\nset-cookie: VoucherBasket=1", ""),
            (304, "", ""),
        ] {
            assert_eq!(wall(status, lines, body), None, "{status} {lines} {body}");
        }
    }

    #[test]
    fn access_is_recognised_by_its_own_signs_alone() {
        for (status, lines, body) in [
            (302, "location: https://team.cloudflareaccess.com/cdn-cgi/access/login/app", ""),
            (302, "location: /cdn-cgi/access/login/app?kid=1", ""),
            (403, "cf-access-domain: app.example.com", ""),
            (401, "www-authenticate: Cloudflare-Access resource_metadata=\"x\"", ""),
            (403, "set-cookie: CF_Authorization=; Max-Age=0", ""),
            (403, "set-cookie: CF_Authorization=deleted", ""),
            (403, "", "<title>Error \u{30fb} Cloudflare Access</title>"),
            (403, "", "<img src=\"https://team.cloudflareaccess.com/logo\">"),
            (200, "", "<title>Sign in \u{30fb} Cloudflare Access</title>"),
        ] {
            assert!(access(status, lines, body), "{status} {lines} {body}");
        }
        for (status, lines, body) in [
            (401, "www-authenticate: Basic realm=\"app\"\nserver: nginx", ""),
            (403, "server: cloudflare", "<hr><center>nginx</center>"),
            (403, "server: cloudflare", "error code: 1020"),
            (401, "server: cloudflare\nset-cookie: CF_Authorization=eyJh.eyJi.c; Secure", "app"),
            (302, "location: https://evilcloudflareaccess.com/", ""),
            (302, "location: /login", ""),
            (200, "cf-access-aud: x", "the app"),
        ] {
            assert!(!access(status, lines, body), "{status} {lines} {body}");
        }
    }
}
