//! What answers instead of the app: firewalls, login pages, rate limits. None of it is an outage, or proves whether the
//! app is closed.

use std::time::Duration;

use plexmon_function::contract::request::Request;
use plexmon_function::contract::secrets::{AccessToken, SecretValue, TargetSecrets};
use plexmon_function::contract::settings::{Expect, Target};
use plexmon_function::probe::{Cause, Observation, Tls, Verdict, probe};
use plexmon_function::run::{Monitor, NetworkProber};
use plexmon_function::store::MemoryStore;
use plexmon_function::store::SecretCache;
use plexmon_testing::certificates::Authority;
use tokio::time::Instant;

use crate::fixtures;
use crate::server::{Answer, Server, http};

const GOOD: &str = r#"<MediaContainer size="0" machineIdentifier="abc" version="1"/>"#;
const CLOUDFLARE: &str = "server: cloudflare\r\ncf-ray: 8a-IAD\r\n";
const NGINX: &str = "<h1>403 Forbidden</h1>\r\n<hr><center>nginx</center>";

async fn observe(answer: Answer, adjust: impl FnOnce(&mut Target)) -> Observation {
    let server = Server::start(&[answer]).await;
    let mut target = Target { url: server.url(), timeout_s: 5, ..fixtures::target("plex") };
    adjust(&mut target);
    probe(&target, &TargetSecrets::default(), &Tls::new().unwrap()).await
}

/// Verdict and cause for a target with the default settings.
async fn cause(answer: Answer) -> (Verdict, Option<Cause>) {
    let observation = observe(answer, |_| {}).await;
    (observation.verdict(), observation.cause())
}

/// The same for a target that must refuse.
async fn closed(answer: Answer) -> (Verdict, Option<Cause>) {
    let observation = observe(answer, |target| target.expect = Expect::Refusal).await;
    (observation.verdict(), observation.cause())
}

const fn unknown(cause: Cause) -> (Verdict, Option<Cause>) {
    (Verdict::Unknown, Some(cause))
}

const fn down(cause: Cause) -> (Verdict, Option<Cause>) {
    (Verdict::Down, Some(cause))
}

#[tokio::test]
async fn a_target_that_a_firewall_blocks_is_unknown() {
    let blocked = "<title>Attention Required! | Cloudflare</title>Sorry, you have been blocked";
    for (status, body, expected) in [
        ("403 Forbidden", "error code: 1020", Cause::Blocked),
        ("403 Forbidden", "error code: 1006", Cause::Blocked),
        ("403 Forbidden", "error code: 1009", Cause::Blocked),
        ("403 Forbidden", "error code: 1010", Cause::Blocked),
        ("403 Forbidden", blocked, Cause::Blocked),
        ("503 Service Unavailable", "error code: 1020", Cause::Blocked),
        ("429 Too Many Requests", "error code: 1015", Cause::RateLimited),
        ("503 Service Unavailable", "<title>Just a moment...</title>", Cause::Challenge),
    ] {
        assert_eq!(cause(http(status, CLOUDFLARE, body)).await, unknown(expected), "{status} {body}");
        assert_eq!(closed(http(status, CLOUDFLARE, body)).await, unknown(expected), "{status} {body}");
        let is_good_status =
            |target: &mut Target| (target.status, target.contains) = (vec![200, 403, 429, 503], None);
        let observation = observe(http(status, CLOUDFLARE, body), is_good_status).await;
        assert_eq!((observation.verdict(), observation.cause()), unknown(expected), "{status} {body}");
    }
}

#[tokio::test]
async fn rate_limits_are_not_an_outage() {
    for headers in ["", CLOUDFLARE, "server: nginx\r\n"] {
        let answer = http("429 Too Many Requests", headers, "slow down");
        assert_eq!(cause(answer.clone()).await, unknown(Cause::RateLimited));
        assert_eq!(closed(answer).await, unknown(Cause::RateLimited));
    }
    let observation = observe(http("429 Too Many Requests", "retry-after: 5400\r\n", ""), |_| {}).await;
    let why = observation.failed.unwrap().to_string();
    assert_eq!(why, "too many requests (HTTP 429, retry after 1 h 30 min)");
    for odd in ["soon", "-1", "0", "99999999999", "Fri, 31 Dec 1999 23:59:59 GMT"] {
        let observation =
            observe(http("429 Too Many Requests", &format!("retry-after: {odd}\r\n"), ""), |_| {}).await;
        assert_eq!(observation.failed.unwrap().why, "too many requests (HTTP 429)", "{odd}");
    }
}

#[tokio::test]
async fn a_rate_limited_target_is_not_probed_again_in_the_same_run() {
    let server = Server::start(&[http("429 Too Many Requests", "retry-after: 2\r\n", "")]).await;
    let mut settings = fixtures::settings(&["plex"]);
    settings.targets[0] = Target { url: server.url(), timeout_s: 5, tries: 3, ..fixtures::target("plex") };
    let live = NetworkProber(Tls::new().unwrap());
    let monitor = Monitor::new(settings, MemoryStore::default(), live, Vec::new(), SecretCache::empty());
    let deadline = Instant::now() + Duration::from_secs(30);
    let run = { monitor }.run_for(Request::Check, fixtures::NOW, deadline).await;
    assert_eq!(run.reply.targets[0].detail, Some(Cause::RateLimited));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn only_a_response_of_the_app_proves_that_it_is_exposed() {
    let login = "location: https://team.cloudflareaccess.com/cdn-cgi/access/login/app\r\n";
    let wall = "location: https://auth.example.com/?rd=https%3A%2F%2Fapp.example.com%2F&rm=GET\r\n";
    for (answer, expected) in [
        (http("302 Found", login, ""), (Verdict::Up, None)),
        (http("302 Found", wall, ""), (Verdict::Up, None)),
        (http("401 Unauthorized", "set-cookie: authelia_session=x\r\n", ""), (Verdict::Up, None)),
        (http("200 OK", "", "<title>Sign in - Cloudflare Access</title>"), (Verdict::Up, None)),
        (http("200 OK", "", GOOD), down(Cause::Exposed)),
        (http("302 Found", "location: /login\r\n", ""), down(Cause::Exposed)),
        (http("401 Unauthorized", "www-authenticate: Basic realm=\"app\"\r\n", ""), down(Cause::Exposed)),
        (http("403 Forbidden", CLOUDFLARE, NGINX), down(Cause::Exposed)),
        (http("403 Forbidden", "server: Kestrel\r\n", ""), down(Cause::Exposed)),
        (http("403 Forbidden", CLOUDFLARE, "our own text"), unknown(Cause::MonitorOffline)),
        (http("404 Not Found", CLOUDFLARE, ""), unknown(Cause::MonitorOffline)),
        (http("404 Not Found", CLOUDFLARE, "no such page"), down(Cause::Exposed)),
        (http("502 Bad Gateway", CLOUDFLARE, ""), unknown(Cause::MonitorOffline)),
    ] {
        let Answer::Bytes(bytes) = &answer else { unreachable!() };
        let text = String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(closed(answer).await, expected, "{text}");
    }
    let observation = observe(http("404 Not Found", CLOUDFLARE, ""), |target| {
        (target.expect, target.status) = (Expect::Refusal, vec![404]);
    })
    .await;
    assert_eq!(
        observation.cause(),
        Some(Cause::Exposed),
        "a status that the target expects comes from the app"
    );
}

#[tokio::test]
async fn a_login_wall_is_not_the_app() {
    let wall = "location: https://auth.example.com/?rd=https%3A%2F%2Fapp.example.com%2F&rm=GET\r\n";
    let observation = observe(http("302 Found", wall, ""), |target| target.status = vec![200, 302]).await;
    assert_eq!((observation.verdict(), observation.cause()), unknown(Cause::LoginWall), "not up by accident");
    assert_eq!(observation.failed.unwrap().why, "a login page answers instead of the app (Authelia)");
    let tinyauth = "x-tinyauth-location: https://t.example.com/login\r\n";
    assert_eq!(cause(http("401 Unauthorized", tinyauth, "")).await, unknown(Cause::LoginWall));
    let page = "<title>Login - Authelia</title>";
    assert_eq!(cause(http("200 OK", "", page)).await, unknown(Cause::LoginWall), "instead of the text");
    let observation =
        observe(http("200 OK", "", page), |target| target.contains = Some("Authelia".to_owned())).await;
    assert!(observation.ok, "a target that is the login page itself is up: {observation:?}");

    let own = "location: /login?next=%2F\r\n";
    let observation =
        observe(http("302 Found", own, ""), |target| (target.status, target.contains) = (vec![302], None))
            .await;
    assert!(observation.ok, "the app's own login is the app: {observation:?}");
    let provider = "location: https://id.example.com/auth?client_id=a&response_type=code&redirect_uri=x\r\n";
    let observation = observe(http("302 Found", provider, ""), |target| {
        (target.status, target.contains) = (vec![302], None)
    })
    .await;
    assert!(observation.ok, "an app may send people to a provider itself: {observation:?}");
    assert_eq!(cause(http("302 Found", provider, "")).await, unknown(Cause::LoginWall));
}

#[tokio::test]
async fn only_refusals_of_access_itself_are_attributed_to_it() {
    let authority = Authority::new();
    let token = AccessToken { id: SecretValue::new("id"), secret: SecretValue::new("secret") };
    let secrets = TargetSecrets { access: Some(token), ..TargetSecrets::default() };
    for (answer, expected) in [
        (
            http("401 Unauthorized", "www-authenticate: Basic realm=\"app\"\r\nserver: nginx\r\n", ""),
            Cause::Condition,
        ),
        (http("403 Forbidden", CLOUDFLARE, NGINX), Cause::Condition),
        (http("403 Forbidden", "server: Caddy\r\n", ""), Cause::Condition),
        (http("401 Unauthorized", "set-cookie: CF_Authorization=eyJh.eyJi.c\r\n", ""), Cause::Condition),
        (http("403 Forbidden", CLOUDFLARE, "error code: 1020"), Cause::Blocked),
        (http("403 Forbidden", "cf-access-domain: app.example.com\r\n", ""), Cause::Access),
        (http("403 Forbidden", CLOUDFLARE, "<title>Error - Cloudflare Access</title>"), Cause::Access),
    ] {
        let server = Server::start_tls(&[answer], authority.server("localhost", 2049)).await;
        let (url, ca_pem) = (server.https("localhost"), Some(authority.pem()));
        let access = Some("home".to_owned());
        let target = Target { url, ca_pem, access, timeout_s: 5, ..fixtures::target("plex") };
        let observation = probe(&target, &secrets, &Tls::new().unwrap()).await;
        assert_eq!(observation.cause(), Some(expected), "{observation:?}");
    }
}

#[tokio::test]
async fn maintenance_is_recognized_only_from_plex_itself() {
    let xml = |status: &str| format!("<Response code=\"503\" title=\"Maintenance\" status=\"{status}\"/>");
    let json = "{\"Response\":{\"code\":503,\"title\":\"Maintenance\",\
                \"status\":\"Plex Media Server is currently running database migrations.\"}}";
    for (body, why) in [
        (xml("Plex Media Server is currently running database migrations."), "plex is updating its database"),
        (json.to_owned(), "plex is updating its database"),
        (
            xml("Plex Media Server is currently running startup maintenance tasks."),
            "plex is busy with maintenance",
        ),
    ] {
        let observation = observe(http("503 Service Unavailable", "", &body), |_| {}).await;
        assert_eq!((observation.verdict(), observation.cause()), unknown(Cause::Maintenance), "{body}");
        assert_eq!(observation.failed.unwrap().why, why);
    }
    for body in [
        "<h1>Maintenance</h1>No server is available.",
        "We run a database migration.",
        "<h1>Plex Media Server is in Maintenance</h1>",
        "",
    ] {
        let answer = http("503 Service Unavailable", "content-type: text/html\r\n", body);
        assert_eq!(cause(answer).await, down(Cause::App), "{body}");
    }
}

#[tokio::test]
async fn cloudflares_status_codes_count_only_with_its_marks() {
    for (status, headers, body, cause) in [
        ("530 <none>", CLOUDFLARE, "error code: 1033", Cause::Home),
        ("530 <none>", "", "error code: 1033", Cause::Home),
        ("530 <none>", CLOUDFLARE, "", Cause::Home),
        ("530 <none>", CLOUDFLARE, "error code: 1016", Cause::Dns),
        ("530 Suspended", "server: nginx\r\n", "", Cause::Condition),
        ("522 <none>", CLOUDFLARE, "error code: 522", Cause::Origin),
        ("526 <none>", CLOUDFLARE, "", Cause::Origin),
        ("522 <none>", "server: nginx\r\n", "", Cause::Condition),
        ("502 Bad Gateway", CLOUDFLARE, "error code: 502", Cause::App),
    ] {
        assert_eq!(self::cause(http(status, headers, body)).await, down(cause), "{status} {headers} {body}");
    }
}
