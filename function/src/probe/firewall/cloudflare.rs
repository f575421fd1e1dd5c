//! Cloudflare's own refusals: by the header that marks them, by the 1xxx error code, or by the page.

use super::super::cause::Cause;
use super::super::error::ProbeError;
use super::super::response::Response;
use super::challenged_by;

/// Return how Cloudflare refused the monitor, if it did.
pub(super) fn refusal(response: &Response<'_>) -> Option<ProbeError> {
    match response.header("cf-mitigated") {
        "" => {}
        "challenge" => return Some(challenged_by("Cloudflare")),
        _ => return Some(blocked("a firewall rule")),
    }
    if response.status.is_success() {
        return None;
    }
    if let Some(error) = error_code(response).and_then(meaning) {
        return Some(error);
    }
    let is_challenge_page = response.contains("_cf_chl_opt")
        || response.contains("<title>Just a moment...")
        || (response.contains("Attention Required! | Cloudflare") && response.contains("security check"));
    if is_challenge_page {
        return Some(challenged_by("Cloudflare"));
    }
    let is_block_page = response.contains("Attention Required! | Cloudflare")
        || (response.contains("Sorry, you have been blocked")
            && response.contains_ignoring_case("cloudflare"));
    is_block_page.then(|| blocked("a firewall rule"))
}

fn blocked(what: &str) -> ProbeError {
    ProbeError::new(Cause::Blocked, format!("Cloudflare blocks the monitor ({what})"))
}

/// Read Cloudflare's error code from its plain text, its page or its JSON. Other servers write "error 1045" too, so the
/// text alone is not enough.
fn error_code(response: &Response<'_>) -> Option<u16> {
    let text = String::from_utf8_lossy(response.body);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
    // An app's text may begin the same way, but Cloudflare's contains nothing but the code.
    let is_its_text = text.get(..11).is_some_and(|begin| begin.eq_ignore_ascii_case("error code:"))
        && (response.is_from_cloudflare() || text[11..].trim().bytes().all(|byte| byte.is_ascii_digit()));
    let is_its_json = response.contains("\"cloudflare_error\"");
    let is_its_page = response.contains("cf-error")
        || (response.is_from_cloudflare()
            && (response.contains_ignoring_case("cloudflare") || response.contains("Ray ID")));
    if !(is_its_text || is_its_json || is_its_page) {
        return None;
    }
    text.match_indices("rror").find_map(|(at, found)| digits_after(&text[at + found.len()..]))
}

/// Parse the four digits after `error`, skipping tags, `code` and punctuation.
fn digits_after(text: &str) -> Option<u16> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || "_\":.-".contains(c));
        if let Some(tag) = rest.strip_prefix('<') {
            rest = tag.split_once('>')?.1;
        } else if let Some(after) = rest.strip_prefix("code").or_else(|| rest.strip_prefix("Code")) {
            rest = after;
        } else {
            break;
        }
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest[..digits].parse().ok().filter(|code| (1000..2000).contains(code))
}

/// Return what an error code means, by Cloudflare's list of 1xxx errors.
fn meaning(code: u16) -> Option<ProbeError> {
    let blocked_for = match code {
        1005 => "its network",
        1006..=1008 | 1106 => "its IP address",
        1009 => "its country",
        1010 => "its user agent",
        1011..=1013 => "its request",
        1020 => "a firewall rule",
        1015 | 1027 | 1200 => {
            let why = format!("Cloudflare limits the monitor's requests ({code})");
            return Some(ProbeError::new(Cause::RateLimited, why));
        }
        1016 => {
            return Some(ProbeError::new(Cause::Dns, "Cloudflare cannot find the server's address (1016)"));
        }
        1000..=1004 | 1014 | 1018 | 1023 => {
            let why = format!("Cloudflare is not set up for this host name ({code})");
            return Some(ProbeError::new(Cause::Dns, why));
        }
        1033 => return Some(tunnel_not_connected()),
        _ => return None,
    };
    Some(blocked(&format!("{code}: {blocked_for}")))
}

/// Return the error of a tunnel whose daemon at home is not connected to Cloudflare.
pub(in crate::probe) fn tunnel_not_connected() -> ProbeError {
    ProbeError::new(Cause::Home, "your home is offline (Cloudflare: tunnel not connected)")
}
