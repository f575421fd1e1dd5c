//! Firewalls in front of the app, at Cloudflare and elsewhere: what they answer in the app's place when they do not like
//! who asks. Each is recognised by its own signs, never by a status alone.

use super::answer::Answer;
use super::cause::{Cause, Fault};

/// A refusal by somebody before the app, if the answer bears the signs of one.
pub(super) fn refusal(answer: &Answer<'_>) -> Option<Fault> {
    cloudflare(answer).or_else(|| others(answer))
}

fn cloudflare(answer: &Answer<'_>) -> Option<Fault> {
    match answer.header("cf-mitigated") {
        "" => {}
        "challenge" => return Some(challenge("Cloudflare")),
        _ => return Some(blocked("Cloudflare", "a firewall rule")),
    }
    if answer.status.is_success() {
        return None;
    }
    if let Some(fault) = cloudflare_code(answer).and_then(of_code) {
        return Some(fault);
    }
    let is_challenge_page = answer.says("_cf_chl_opt")
        || answer.says("<title>Just a moment...")
        || (answer.says("Attention Required! | Cloudflare") && answer.says("security check"));
    if is_challenge_page {
        return Some(challenge("Cloudflare"));
    }
    let is_block_page = answer.says("Attention Required! | Cloudflare")
        || (answer.says("Sorry, you have been blocked") && answer.mentions("cloudflare"));
    is_block_page.then(|| blocked("Cloudflare", "a firewall rule"))
}

/// The number of Cloudflare's own error, from its plain text, its page or its JSON. Others write "error 1045" too, so
/// that the text alone does not suffice.
pub(super) fn cloudflare_code(answer: &Answer<'_>) -> Option<u16> {
    if answer.status.is_success() {
        return None;
    }
    let text = String::from_utf8_lossy(answer.body);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
    // An app may begin like this, too; Cloudflare says no more than the number.
    let is_its_text = text.get(..11).is_some_and(|begin| begin.eq_ignore_ascii_case("error code:"))
        && (answer.is_through_cloudflare() || text[11..].trim().bytes().all(|byte| byte.is_ascii_digit()));
    let is_its_json = answer.says("\"cloudflare_error\"");
    let is_its_page = answer.says("cf-error")
        || (answer.is_through_cloudflare() && (answer.mentions("cloudflare") || answer.says("Ray ID")));
    if !(is_its_text || is_its_json || is_its_page) {
        return None;
    }
    text.match_indices("rror").find_map(|(at, word)| number(&text[at + word.len()..]))
}

/// The four digits behind `error`: there may be tags, `code` and punctuation in between.
fn number(text: &str) -> Option<u16> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || "_\":.-".contains(c));
        if let Some(tag) = rest.strip_prefix('<') {
            rest = tag.split_once('>')?.1;
        } else if let Some(behind) = rest.strip_prefix("code").or_else(|| rest.strip_prefix("Code")) {
            rest = behind;
        } else {
            break;
        }
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest[..digits].parse().ok().filter(|code| (1000..2000).contains(code))
}

/// What Cloudflare's numbers mean: see its list of 1xxx errors.
fn of_code(code: u16) -> Option<Fault> {
    let why = match code {
        1005 => "its network",
        1006..=1008 | 1106 => "its IP address",
        1009 => "its country",
        1010 => "its user agent",
        1011..=1013 => "its request",
        1020 => "a firewall rule",
        1015 | 1027 | 1200 => {
            let why = format!("Cloudflare limits the monitor's requests ({code})");
            return Some(Fault::new(Cause::RateLimited, why));
        }
        1016 => {
            return Some(Fault::new(Cause::Dns, "Cloudflare cannot find the server's address (1016)"));
        }
        1000..=1004 | 1014 | 1018 | 1023 => {
            let why = format!("Cloudflare is not set up for this host name ({code})");
            return Some(Fault::new(Cause::Dns, why));
        }
        1033 => {
            return Some(Fault::new(
                Cause::Home,
                "your house is off the net (Cloudflare: tunnel not connected)",
            ));
        }
        _ => return None,
    };
    Some(blocked("Cloudflare", &format!("{code}: {why}")))
}

/// A firewall that is not Cloudflare's, and how its answers are recognised.
struct Firewall {
    name: &'static str,
    cause: Cause,
    signs: fn(&Answer<'_>) -> bool,
}

const FIREWALLS: [Firewall; 15] = [
    challenges("Vercel", |answer| answer.header("x-vercel-mitigated") == "challenge"),
    blocks("Vercel", |answer| !answer.header("x-vercel-mitigated").is_empty()),
    challenges("AWS WAF", |answer| matches!(answer.header("x-amzn-waf-action"), "challenge" | "captcha")),
    blocks("AWS WAF", |answer| !answer.header("x-amzn-waf-action").is_empty()),
    // A load balancer itself never answers 403.
    blocks("AWS WAF", |answer| is_forbidden(answer) && is_server(answer, "awselb/")),
    blocks("CloudFront", |answer| {
        is_forbidden(answer)
            && answer.says("The request could not be satisfied")
            && (answer.says("Request blocked") || answer.says("block access from your country"))
    }),
    blocks("Akamai", |answer| {
        is_forbidden(answer)
            && answer.says("Access Denied")
            && (is_server(answer, "akamaighost") || answer.says("errors.edgesuite.net"))
    }),
    blocks("Azure Front Door", |answer| {
        is_forbidden(answer)
            && answer.headers.contains_key("x-azure-ref")
            && answer.says("The request is blocked")
    }),
    // These two answer 200 at times.
    blocks("Imperva", |answer| answer.says("Incapsula incident ID") || answer.says("_Incapsula_Resource")),
    challenges("Anubis", |answer| {
        answer.cookies().any(|cookie| cookie.starts_with("techaro.lol-anubis")) || answer.says("id=\"anubis_")
    }),
    blocks("Sucuri", |answer| {
        is_error(answer)
            && (answer.headers.contains_key("x-sucuri-block") || answer.says("Sucuri WebSite Firewall"))
    }),
    challenges("DDoS-Guard", |answer| is_forbidden(answer) && is_server(answer, "ddos-guard")),
    challenges("CrowdSec", |answer| is_error(answer) && answer.says("CrowdSec Captcha")),
    blocks("CrowdSec", |answer| {
        is_error(answer) && (answer.says("CrowdSec Ban") || answer.says("CrowdSec Access Forbidden"))
    }),
    blocks("ModSecurity", |answer| is_error(answer) && answer.mentions("generated by mod_security")),
];

const fn blocks(name: &'static str, signs: fn(&Answer<'_>) -> bool) -> Firewall {
    Firewall { name, cause: Cause::Blocked, signs }
}

const fn challenges(name: &'static str, signs: fn(&Answer<'_>) -> bool) -> Firewall {
    Firewall { name, cause: Cause::Challenge, signs }
}

fn is_error(answer: &Answer<'_>) -> bool {
    !answer.status.is_success()
}

fn is_forbidden(answer: &Answer<'_>) -> bool {
    answer.status == 403
}

fn is_server(answer: &Answer<'_>, prefix: &str) -> bool {
    answer.header("server").get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
}

fn others(answer: &Answer<'_>) -> Option<Fault> {
    let found = FIREWALLS.iter().find(|firewall| (firewall.signs)(answer))?;
    let verb = if found.cause == Cause::Challenge { "challenges" } else { "blocks" };
    Some(Fault::new(found.cause, format!("{} {verb} the monitor", found.name)))
}

fn challenge(who: &str) -> Fault {
    Fault::new(Cause::Challenge, format!("{who} challenges the monitor"))
}

fn blocked(who: &str, why: &str) -> Fault {
    Fault::new(Cause::Blocked, format!("{who} blocks the monitor ({why})"))
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::super::answer::tests::headers;
    use super::*;

    fn judged(status: u16, lines: &str, body: &str) -> Option<(Cause, String)> {
        let headers = headers(lines);
        let status = StatusCode::from_u16(status).unwrap();
        let answer = Answer { status, headers: &headers, body: body.as_bytes() };
        refusal(&answer).map(|fault| (fault.cause, fault.why))
    }

    const EDGE: &str = "server: cloudflare\ncf-ray: 8a-IAD";

    /// The forms in which Cloudflare sends one error.
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
    fn cloudflares_codes_are_read_in_all_forms() {
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
            for (status, body) in [403, 429, 503].into_iter().flat_map(|s| forms(code).map(|body| (s, body)))
            {
                let (found, why) = judged(status, EDGE, &body).unwrap_or_else(|| panic!("{status} {body}"));
                assert_eq!(found, cause, "{status} {body}");
                assert!(why.contains(part), "{why}");
            }
        }
    }

    #[test]
    fn pages_of_cloudflare_without_a_number_are_recognised() {
        let blocked = "<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>";
        let captcha = "<title>Attention Required! | Cloudflare</title>Please complete the security check";
        for (status, lines, body, cause, why) in [
            (403, EDGE, blocked, Cause::Blocked, "Cloudflare blocks the monitor (a firewall rule)"),
            (
                503,
                EDGE,
                "<title>Just a moment...</title>",
                Cause::Challenge,
                "Cloudflare challenges the monitor",
            ),
            (403, EDGE, captcha, Cause::Challenge, "Cloudflare challenges the monitor"),
            (403, "cf-mitigated: challenge", "", Cause::Challenge, "Cloudflare challenges the monitor"),
            (
                403,
                "cf-mitigated: block",
                "",
                Cause::Blocked,
                "Cloudflare blocks the monitor (a firewall rule)",
            ),
        ] {
            assert_eq!(judged(status, lines, body), Some((cause, why.to_owned())), "{status} {lines} {body}");
        }
    }

    #[test]
    fn pages_of_other_services_are_recognised() {
        for (status, lines, body, cause, why) in [
            (
                403,
                "server: awselb/2.0",
                "<h1>403 Forbidden</h1>",
                Cause::Blocked,
                "AWS WAF blocks the monitor",
            ),
            (202, "x-amzn-waf-action: challenge", "", Cause::Challenge, "AWS WAF challenges the monitor"),
            (
                403,
                "server: CloudFront",
                "<h1>403 ERROR</h1><h2>The request could not be satisfied.</h2>Request blocked.",
                Cause::Blocked,
                "CloudFront blocks the monitor",
            ),
            (
                403,
                "server: AkamaiGHost",
                "<title>Access Denied</title>Reference #18.1",
                Cause::Blocked,
                "Akamai blocks the monitor",
            ),
            (
                200,
                "x-iinfo: 1",
                "Request unsuccessful. Incapsula incident ID: 1-2",
                Cause::Blocked,
                "Imperva blocks the monitor",
            ),
            (
                403,
                "x-sucuri-id: 1",
                "Sucuri WebSite Firewall - Access Denied",
                Cause::Blocked,
                "Sucuri blocks the monitor",
            ),
            (
                403,
                "server: nginx",
                "<title>CrowdSec Ban</title>",
                Cause::Blocked,
                "CrowdSec blocks the monitor",
            ),
            (
                200,
                "set-cookie: techaro.lol-anubis-auth=x; Path=/",
                "",
                Cause::Challenge,
                "Anubis challenges the monitor",
            ),
        ] {
            assert_eq!(judged(status, lines, body), Some((cause, why.to_owned())), "{status} {lines} {body}");
        }
    }

    #[test]
    fn what_an_app_or_its_own_proxy_answers_is_no_refusal_of_an_edge() {
        let nginx = "<h1>403 Forbidden</h1>\r\n<hr><center>nginx</center>";
        for (status, lines, body) in [
            (403, "server: nginx", nginx),
            (403, EDGE, nginx),
            (403, EDGE, ""),
            (401, "www-authenticate: Basic realm=\"app\"", ""),
            (500, EDGE, "<p>MySQL error 1045: access denied for root</p>"),
            (502, EDGE, "error code: 502"),
            (200, EDGE, "error code: 1020 is what we saw yesterday"),
            (200, EDGE, "<h1>Sorry, you have been blocked</h1> is a page by Cloudflare"),
            (403, "server: CloudFront", "<h2>The request could not be satisfied.</h2>Bad request."),
        ] {
            assert_eq!(judged(status, lines, body), None, "{status} {lines} {body}");
        }
    }
}
