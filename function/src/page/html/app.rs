//! Shows one app: its state, its days, its uptime and its response times.

use maud::{Markup, Render, html};

use super::drawing::{self, CLASSES};
use super::format::Format;
use super::icon;
use super::names::{self, isolated};
use crate::contract::history::Percent;
use crate::page::language::{count, fill};
use crate::page::view::{App, AppStatus, DayClass, DayView, Share, Span};
use crate::time::{DAY, date};

/// Show an app.
pub(super) fn show(app: &App, format: &Format<'_>) -> Markup {
    let texts = format.texts;
    let state = match app.status {
        AppStatus::Up => texts.up,
        AppStatus::Degraded => texts.degraded,
        AppStatus::Down => texts.down,
        AppStatus::Maintenance => texts.maintenance,
        AppStatus::Unknown => texts.unknown,
    };
    let since = app.since.map(|since| fill(texts.since, &[("time", &format.time(since))]));
    // The word for the state says it already.
    let reason = app.reason.filter(|_| app.status == AppStatus::Down).map(|why| format.reason(why));
    html! {
        article data-target=(app.name) data-status=(app.status.as_str()) data-uptime-90d=(plain(quarter(app)))
            data-days-from=(first_day(app)) data-days=(letters(app)) {
            h3 { (names::label(&app.label, format)) }
            p {
                (icon::draw(app.status)) b { (state) }
                @if let Some(since) = since { " " (since) }
                @if let Some(reason) = reason { ", " (reason) }
            }
            (bars(app, format))
            (uptime(app, format))
            @if format.extent.responses { (responses(app, format)) }
            (trouble(app, format))
        }
    }
}

fn quarter(app: &App) -> Option<Percent> {
    app.uptime.iter().find(|(span, _)| *span == Span::Quarter).and_then(|(_, share)| share.uptime.percent())
}

/// Write a percentage as a plain number, whatever the language: `99.98`.
fn plain(percent: Option<Percent>) -> String {
    percent.map(|percent| format!("{:.2}", percent.value())).unwrap_or_default()
}

fn first_day(app: &App) -> String {
    app.days.first().map(|(day, _)| date(u64::from(*day) * DAY)).unwrap_or_default()
}

fn letters(app: &App) -> String {
    app.days.iter().map(|(_, day)| day.class.letter()).collect()
}

/// Draw the days, as one image.
fn bars(app: &App, format: &Format<'_>) -> Markup {
    let days = app.days.get(app.days.len().saturating_sub(format.extent.bars)..).unwrap_or_default();
    let n = days.len() as u64;
    let name = isolated(&app.label, format);
    let title = match quarter(app).filter(|_| days.len() == app.days.len()) {
        Some(percent) => {
            count(format.texts.bars_uptime, n, &[("app", &name), ("percent", &format.percent(percent))])
        }
        None => count(format.texts.bars, n, &[("app", &name)]),
    };
    html! {
        @if n > 0 {
            svg viewBox={ "0 0 " (n) " 8" } preserveAspectRatio="none" role="img" {
                title { (title) }
                @for class in CLASSES {
                    @if let Some(path) = drawing::bars(days, class) {
                        path class=(class.letter()) d=(path) {}
                    }
                }
            }
        }
    }
}

/// Describe the days with trouble.
fn trouble(app: &App, format: &Format<'_>) -> Markup {
    let texts = format.texts;
    let is_down = |day: &DayView| matches!(day.class, DayClass::Partial | DayClass::Down);
    let days = || app.days.iter().rev().filter(|(_, day)| is_down(day) || day.class == DayClass::Degraded);
    let (all, down) = (days().count(), days().filter(|(_, day)| is_down(day)).count());
    if all == 0 {
        return html! {};
    }
    let down_s = app.days.iter().map(|(_, day)| day.down_s).sum();
    let summary = match down {
        0 => count(texts.trouble, all as u64, &[]),
        _ => count(texts.downtime, down as u64, &[("duration", &format.duration(down_s))]),
    };
    if format.extent.days == 0 {
        return html! { small { (summary) } };
    }
    html! {
        details {
            summary { (summary) }
            ul {
                @for (day, was) in days().take(format.extent.days) {
                    li { (describe(*day, *was, format)) }
                }
                @if all > format.extent.days { li { (count(texts.more_days, (all - format.extent.days) as u64, &[])) } }
            }
        }
    }
}

fn describe(day: u32, was: DayView, format: &Format<'_>) -> Markup {
    let text = match was.class {
        // Only a few of the addresses of an app were down, or for less than what is counted.
        DayClass::Partial if was.down_s == 0 => format.texts.day_interrupted,
        DayClass::Partial => format.texts.day_partial,
        DayClass::Down => format.texts.day_down,
        _ => format.texts.day_degraded,
    };
    fill(text, &[("date", &format.date(day.into())), ("duration", &format.duration(was.down_s))])
}

/// Show the uptime of each period. Of those that are longer than what is known, one is enough.
fn uptime(app: &App, format: &Format<'_>) -> Markup {
    let mut last = None;
    let shown = app.uptime.iter().filter(|(_, share)| {
        share.since.is_none() || share.since != std::mem::replace(&mut last, share.since)
    });
    html! {
        p {
            (format.texts.uptime)
            @for (span, share) in shown { " " (period(*span, *share, format)) " " b { (percent(*share, format)) } }
        }
    }
}

fn period(span: Span, share: Share, format: &Format<'_>) -> Markup {
    let texts = format.texts;
    if let Some(day) = share.since {
        return fill(texts.since_day, &[("date", &format.date(day.into()))]);
    }
    let text = match span {
        Span::Day => texts.day,
        Span::Week => texts.week,
        Span::Month => texts.month,
        Span::Quarter => texts.quarter,
    };
    html! { (text) }
}

fn percent(share: Share, format: &Format<'_>) -> Markup {
    match share.uptime.percent() {
        Some(percent) => format.percent(percent),
        None => html! { (format.texts.no_data) },
    }
}

/// Draw the response times of a day.
fn responses(app: &App, format: &Format<'_>) -> Markup {
    let times = || app.response_ms.iter().flatten().copied();
    let (low, high) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    let Some(path) = drawing::line(&app.response_ms, high) else { return html! {} };
    // An app that is down has only times of before.
    let is_up = matches!(app.status, AppStatus::Up | AppStatus::Degraded);
    let current = app.response_ms.last().copied().flatten().filter(|_| is_up);
    let name = isolated(&app.label, format);
    let values: [(&str, &dyn Render); 3] =
        [("app", &name), ("low", &format.response(low)), ("high", &format.response(high))];
    html! {
        p {
            (format.texts.response) " "
            @if let Some(current) = current { b { (format.response(current)) } " " }
            svg viewBox={ "-1 0 " (drawing::width(&app.response_ms) + 2) " " (drawing::HEIGHT) } role="img" {
                title { (fill(format.texts.responses, &values)) }
                path d=(path) {}
            }
        }
    }
}
