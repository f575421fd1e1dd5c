//! The status page as a visitor of the sandbox sees it.

use std::time::Duration;

use plexmon_function::page::view::Overall;

use crate::config::PageConfig;
use crate::error::{Error, Result};
use crate::page_address::PageAddress;
use crate::sandbox::get;
use crate::session::Session;

/// The page reads the results every ten seconds at most, and a first request starts it.
const PATIENCE: Duration = Duration::from_secs(25);
const PAUSE: Duration = Duration::from_millis(500);

/// Open the page until it shows this, and return its headline and the lines about its apps.
pub async fn until(session: &Session, expected: Overall) -> Result<Vec<String>> {
    let address = address(session).await?;
    let began = tokio::time::Instant::now();
    loop {
        let html = get(&address).await?;
        if attribute(&html, "data-overall") == Some(expected.as_str()) {
            return Ok(lines(&html));
        }
        if began.elapsed() > PATIENCE {
            let shown = attribute(&html, "data-overall").unwrap_or("something else");
            return Err(Error::new(format!("the status page shows {shown}, not {}", expected.as_str())));
        }
        session
            .unless_interrupted(async {
                tokio::time::sleep(PAUSE).await;
                Ok(())
            })
            .await?;
    }
}

/// Return the local address of the page.
pub async fn address(session: &Session) -> Result<String> {
    let secret_path = session.config.page.as_ref().map(PageConfig::read_secret_path).transpose()?;
    let digest = secret_path.and_then(|path| path.digest(None));
    let address = PageAddress::read(session, &session.names, digest.as_deref()).await?;
    address.map(|address| address.whole()).ok_or_else(|| Error::new("the status page has no address"))
}

/// Return the headline, and for each app its state and its uptime.
fn lines(html: &str) -> Vec<String> {
    let mut lines = vec![plain(between(html, "<h1>", "</h1>").unwrap_or_default())];
    for app in html.split("<article").skip(1) {
        let of = |name| attribute(app, name).unwrap_or("unknown");
        lines.push(format!(
            "{}: {}, {} % of 90 days",
            of("data-target"),
            of("data-status"),
            of("data-uptime-90d")
        ));
    }
    lines
}

fn attribute<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    between(html, &format!("{name}=\""), "\"")
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(inner, _)| inner)
}

/// Undo the escaping of the few characters that a headline may have, and leave out the marks around names, which
/// terminals show as boxes.
fn plain(html: &str) -> String {
    let text = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    text.replace(['\u{2068}', '\u{2069}'], "")
}
