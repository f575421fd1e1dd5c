//! The page as HTML.

use maud::{DOCTYPE, html};

use super::view::{App, Span, View};
use crate::time;

/// The page's style sheet.
const STYLE: &str = "body{font-family:system-ui,sans-serif}";

/// Render the page in a language, such as `en`.
pub fn page(view: &View, language: &str) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (view.title) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                main data-overall=(view.overall.as_str()) {
                    h1 { (view.title) }
                    @for app in view.apps() { (one(app)) }
                }
            }
        }
    };
    markup.into_string()
}

fn one(app: &App) -> maud::Markup {
    let quarter = app.uptime.iter().find(|(span, _)| *span == Span::Quarter);
    let uptime = quarter.and_then(|(_, share)| share.uptime.percent());
    let first = app.days.first().map(|(day, _)| time::date(u64::from(*day) * time::DAY));
    let days: String = app.days.iter().map(|(_, day)| day.class.letter()).collect();
    html! {
        p data-target=(app.name) data-status=(app.status.as_str())
            data-uptime-90d=[uptime.map(|percent| format!("{:.2}", percent.value()))] data-days-from=[first] data-days=(days) {
            (app.label) ": " (app.status.as_str())
        }
    }
}
