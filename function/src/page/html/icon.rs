//! The icons of the states, each with a shape of its own. They are drawn once; all others refer to them.

use maud::{Markup, html};

use crate::page::view::{AppStatus, Overall};

/// All states, in the order of the legend.
const STATES: [AppStatus; 5] =
    [AppStatus::Up, AppStatus::Degraded, AppStatus::Down, AppStatus::Maintenance, AppStatus::Unknown];

/// Return the icon's outline in a square of 16 units: a disc with a check mark, a triangle with an exclamation mark, an
/// octagon with a cross, a square with two bars, and a disc with one bar.
fn outline(status: AppStatus) -> &'static str {
    match status {
        AppStatus::Up => "M8 0a8 8 0 100 16A8 8 0 008 0zM7 12L3 8l1.5-1.5L7 9l4.5-4.5L13 6z",
        AppStatus::Degraded => "M8 0l8 15H0zM7 5v5h2V5zm0 6v2h2v-2z",
        AppStatus::Down => {
            "M5 0h6l5 5v6l-5 5H5l-5-5V5zm3 6.6L5.4 4 4 5.4 6.6 8 4 10.6 5.4 12 8 9.4l2.6 2.6 1.4-1.4L9.4 8 12 5.4 10.6 4z"
        }
        AppStatus::Maintenance => "M0 0h16v16H0zM5 4v8h2V4zm4 0v8h2V4z",
        AppStatus::Unknown => "M8 0a8 8 0 100 16A8 8 0 008 0zM4 7v2h8V7z",
    }
}

/// Return the state whose icon stands for all apps together.
pub(super) fn of(overall: Overall) -> AppStatus {
    match overall {
        Overall::Operational => AppStatus::Up,
        Overall::Degraded => AppStatus::Degraded,
        Overall::Outage => AppStatus::Down,
        Overall::Maintenance => AppStatus::Maintenance,
        Overall::Unknown => AppStatus::Unknown,
    }
}

/// Draw the icon of a state. It says nothing that the words beside it do not say.
pub(super) fn draw(status: AppStatus) -> Markup {
    html! { svg aria-hidden="true" { use href={ "#" (status.as_str()) } {} } }
}

/// Define the icons, and how the bars of some days are striped.
///
/// A stripe of the bars is a gradient that begins again: its color, then nothing.
pub(super) fn definitions() -> Markup {
    let stripes = [("w", "1", "4.5", ".72"), ("p", "0", "4.5", ".78"), ("m", "0", "2", ".6")];
    html! {
        svg.v aria-hidden="true" {
            @for status in STATES {
                symbol id=(status.as_str()) viewBox="0 0 16 16" {
                    path d=(outline(status)) {}
                }
            }
            @for (name, from, to, share) in stripes {
                linearGradient id=(name) gradientUnits="userSpaceOnUse" x2="0" y1=(from) y2=(to) spreadMethod="repeat" {
                    stop offset=(share) {}
                    stop offset=(share) stop-opacity="0" {}
                }
            }
        }
    }
}

/// Return the address of the page's icon: the state's icon in its color.
pub(super) fn favicon(overall: Overall) -> String {
    let color = match overall {
        Overall::Operational => "1a7f37",
        Overall::Degraded => "9a6700",
        Overall::Outage => "cf222e",
        Overall::Maintenance => "0969da",
        Overall::Unknown => "6e7781",
    };
    let outline = outline(of(overall));
    // The slashes are encoded so that the page has no address of another server in it, not even as a name.
    format!(
        "data:image/svg+xml,%3Csvg xmlns='http:%2F%2Fwww.w3.org%2F2000%2Fsvg' viewBox='0 0 16 16'%3E%3Cpath \
         fill='%23{color}' fill-rule='evenodd' d='{outline}'/%3E%3C/svg%3E"
    )
}
