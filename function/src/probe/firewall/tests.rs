//! Responses of firewalls, and of apps that resemble them.

use http::StatusCode;

use super::super::response::tests::headers;
use super::*;

fn classified(status: u16, lines: &str, body: &str) -> Option<(Cause, String)> {
    let headers = headers(lines);
    let status = StatusCode::from_u16(status).unwrap();
    let response = Response { status, headers: &headers, body: body.as_bytes() };
    refusal(&response).map(|error| (error.cause, error.why))
}

const CLOUDFLARE: &str = "server: cloudflare\ncf-ray: 8a-IAD";

/// The forms in which Cloudflare sends one error code.
fn forms(code: u16) -> [String; 4] {
    [
        format!("error code: {code}"),
        format!("\r\nerror code: {code}\n"),
        format!(
            "{{\"type\":\"https://developers.cloudflare.com/\",\"title\":\"Error {code}: Access denied\",\
             \"status\":403,\"error_code\":{code},\"cloudflare_error\":true}}"
        ),
        format!(
            "<!DOCTYPE html><title>Access denied | example.com used Cloudflare to restrict access</title>\
             <h1><span class=\"cf-error-type\" data-translate=\"error\">Error</span>\n\
             <span class=\"cf-error-code\">{code}</span></h1><span>Ray ID: 8a</span>"
        ),
    ]
}

#[test]
fn cloudflares_error_codes_are_read_in_all_forms() {
    for (code, cause, part) in [
        (1005, Cause::Blocked, "its network"),
        (1006, Cause::Blocked, "its IP address"),
        (1007, Cause::Blocked, "its IP address"),
        (1008, Cause::Blocked, "its IP address"),
        (1009, Cause::Blocked, "its country"),
        (1010, Cause::Blocked, "its user agent"),
        (1012, Cause::Blocked, "its request"),
        (1020, Cause::Blocked, "a firewall rule"),
        (1106, Cause::Blocked, "its IP address"),
        (1015, Cause::RateLimited, "limits the monitor's requests (1015)"),
        (1027, Cause::RateLimited, "limits the monitor's requests (1027)"),
        (1016, Cause::Dns, "(1016)"),
        (1014, Cause::Dns, "is not set up for this host name (1014)"),
        (1033, Cause::Home, "tunnel not connected"),
    ] {
        for (status, body) in [403, 429, 503].into_iter().flat_map(|s| forms(code).map(|body| (s, body))) {
            let (found, why) =
                classified(status, CLOUDFLARE, &body).unwrap_or_else(|| panic!("{status} {body}"));
            assert_eq!(found, cause, "{status} {body}");
            assert!(why.contains(part), "{why}");
        }
    }
}

#[test]
fn pages_without_an_error_code_are_recognized() {
    let blocked = "<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>";
    let captcha = "<title>Attention Required! | Cloudflare</title>Please complete the security check";
    let blocks = |name: &str| (Cause::Blocked, format!("{name} blocks the monitor"));
    let cloudflare_blocks = || (Cause::Blocked, "Cloudflare blocks the monitor (a firewall rule)".to_owned());
    let challenges = |name: &str| (Cause::Challenge, format!("{name} challenges the monitor"));
    for (status, lines, body, expected) in [
        (403, CLOUDFLARE, blocked, cloudflare_blocks()),
        (503, CLOUDFLARE, "<title>Just a moment...</title>", challenges("Cloudflare")),
        (403, CLOUDFLARE, captcha, challenges("Cloudflare")),
        (403, "cf-mitigated: challenge", "", challenges("Cloudflare")),
        (403, "cf-mitigated: block", "", cloudflare_blocks()),
        (403, "server: awselb/2.0", "<h1>403 Forbidden</h1>", blocks("AWS WAF")),
        (202, "x-amzn-waf-action: challenge", "", challenges("AWS WAF")),
        (
            403,
            "server: CloudFront",
            "<h1>403 ERROR</h1><h2>The request could not be satisfied.</h2>Request blocked.",
            blocks("CloudFront"),
        ),
        (403, "server: AkamaiGHost", "<title>Access Denied</title>Reference #18.1", blocks("Akamai")),
        (200, "x-iinfo: 1", "Request unsuccessful. Incapsula incident ID: 1-2", blocks("Imperva")),
        (403, "x-sucuri-id: 1", "Sucuri WebSite Firewall - Access Denied", blocks("Sucuri")),
        (403, "server: nginx", "<title>CrowdSec Ban</title>", blocks("CrowdSec")),
        (200, "set-cookie: techaro.lol-anubis-auth=x; Path=/", "", challenges("Anubis")),
    ] {
        assert_eq!(classified(status, lines, body), Some(expected), "{status} {lines} {body}");
    }
}

#[test]
fn responses_of_the_app_or_its_own_proxy_are_not_taken_for_a_firewalls() {
    let nginx = "<h1>403 Forbidden</h1>\r\n<hr><center>nginx</center>";
    for (status, lines, body) in [
        (403, "server: nginx", nginx),
        (403, CLOUDFLARE, nginx),
        (403, CLOUDFLARE, ""),
        (401, "www-authenticate: Basic realm=\"app\"", ""),
        (500, CLOUDFLARE, "<p>MySQL error 1045: access denied for root</p>"),
        (502, CLOUDFLARE, "error code: 502"),
        (200, CLOUDFLARE, "error code: 1020 is what we saw yesterday"),
        (200, CLOUDFLARE, "<h1>Sorry, you have been blocked</h1> is a page by Cloudflare"),
        (403, "server: CloudFront", "<h2>The request could not be satisfied.</h2>Bad request."),
    ] {
        assert_eq!(classified(status, lines, body), None, "{status} {lines} {body}");
    }
}
