//! The configurations in the documentation are accepted as they are written.

use std::path::Path;

use plexmon_deploy::config::Config;

use super::pages::{Page, all};

/// The documentation shows parts of configurations. This is what they may leave out.
const TARGET: &str = "[[target]]\nname = \"app\"\nurl = \"https://app.example.com\"\n";
const ACCESS: &str = "[access.cloudflare]\nid = { env = \"CF_ACCESS_CLIENT_ID\" }\nsecret = { env = \"CF_ACCESS_CLIENT_SECRET\" }\n";

#[test]
fn every_configuration_is_accepted() {
    let pages = all();
    let refused: Vec<String> = pages.iter().flat_map(refused).collect();
    assert!(refused.is_empty(), "{}", refused.join("\n\n"));
    let read = pages.iter().map(|page| page.blocks("toml").len()).sum::<usize>();
    assert!(read > 10, "only {read} blocks were found");
}

#[test]
fn a_configuration_that_would_be_refused_is_reported() {
    for (block, is_refused) in [
        ("[[target]]\nname = \"a\"\nurl = \"https://a.example.com\"\naccess = \"cloudflare\"", false),
        ("[notify.ntfy]\nurl = \"https://ntfy.example.com/topic\"", false),
        ("[[target]]\nname = \"a\"\nurl = \"https://a.example.com\"\ndisk_free_min = \"50 GB\"", true),
        ("[notify.ntfy]\nur = \"https://ntfy.example.com/topic\"", true),
    ] {
        let page = Page::sample(&format!("# A page\n\n```toml\n{block}\n```\n"));
        assert_eq!(!refused(&page).is_empty(), is_refused, "{block}");
    }
}

/// Return each configuration of a page that is refused, with the reason.
fn refused(page: &Page) -> Vec<String> {
    let error = |(line, block): &(usize, String)| {
        let mut text = block.clone();
        if !block.contains("[[target]]") {
            text.push_str(TARGET);
        }
        if block.contains("access = \"cloudflare\"") && !block.contains("[access.") {
            text.push_str(ACCESS);
        }
        let error = Config::parse(&text, Path::new("block")).err()?;
        Some(format!("{}:{line}: {error}\n{block}", page.path.display()))
    };
    page.blocks("toml").iter().filter_map(error).collect()
}
