//! Responses of login walls, and of apps that resemble them.

use http::StatusCode;

use super::super::response::tests::headers;
use super::*;

fn found(status: u16, lines: &str, body: &str) -> Option<LoginWall> {
    let (status, headers) = (StatusCode::from_u16(status).unwrap(), headers(lines));
    find(&Response { status, headers: &headers, body: body.as_bytes() }, "app.example.com")
}

fn access(status: u16, lines: &str, body: &str) -> bool {
    let (status, headers) = (StatusCode::from_u16(status).unwrap(), headers(lines));
    is_access(&Response { status, headers: &headers, body: body.as_bytes() })
}

#[test]
fn login_walls_are_recognized_by_their_redirects() {
    let back = "https%3A%2F%2Fapp.example.com%2Fidentity";
    for (location, name) in [
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
            let found = found(status, &format!("location: {location}"), "");
            assert_eq!(found, Some(LoginWall::certain(name)), "{location}");
        }
    }
    let google =
        "location: https://accounts.google.com/o/oauth2/auth?client_id=a&response_type=code&redirect_uri=x";
    let found_google = found(302, google, "").unwrap();
    assert!(found_google.may_be_the_app && found_google.name == "accounts.google.com", "{found_google:?}");
    let cookie = "\nset-cookie: _forward_auth_csrf_1a=b; Path=/; HttpOnly";
    assert_eq!(
        found(307, &format!("{google}{cookie}"), ""),
        Some(LoginWall::certain("traefik-forward-auth"))
    );
}

#[test]
fn login_walls_are_recognized_by_cookies_headers_and_pages() {
    let link = "<a href=\"https://auth.example.com/?rd=https%3A%2F%2Fapp.example.com%2F&amp;rm=GET\">401</a>";
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
        assert_eq!(found(status, lines, body), Some(LoginWall::certain(name)), "{status} {lines} {body}");
    }
}

#[test]
fn responses_of_the_app_itself_are_not_taken_for_a_login_walls() {
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
        assert_eq!(found(status, lines, body), None, "{status} {lines} {body}");
    }
}

#[test]
fn access_is_recognized_by_its_own_marks_only() {
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
