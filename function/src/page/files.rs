//! The page as static files.

use super::accept_language;
use super::content::content;
use super::data::Data;
use super::route::{Route, encoded};
use super::view::View;
use crate::contract::settings::Settings;

/// Return the page's files with their relative paths: the page in its first language, and everything that it links to.
pub fn files(settings: &Settings, data: &Data, now: u64) -> Vec<(String, Vec<u8>)> {
    let view = View::new(settings, data, now);
    let languages = settings.page.as_ref().map_or(&[][..], |page| &page.languages);
    let mut routes = vec![
        ("index.html".to_owned(), Route::Html),
        ("status.json".to_owned(), Route::StatusJson),
        ("feed.atom".to_owned(), Route::Feed),
    ];
    for app in view.apps() {
        // A server decodes the path of a request once, so the file has the decoded name, unless that has slashes.
        let file = if app.name.contains(['/', '\\']) { encoded(&app.name) } else { app.name.clone() };
        routes.push((format!("badge/{file}.svg"), Route::BadgeSvg(app.name.clone())));
        routes.push((format!("badge/{file}.json"), Route::BadgeJson(app.name.clone())));
    }
    let file = |(path, route)| {
        Some((path, content(&route, &view, accept_language::first(languages))?.body.into_bytes()))
    };
    routes.into_iter().filter_map(file).collect()
}
