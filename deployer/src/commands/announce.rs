//! `announce`: put a notice on the status page, send it to the channels, or list what is announced.

mod notify;
mod period;
mod report;

use std::io::Read as _;

use plexmon_function::contract::announcement::{
    Announcement, Announcements, DEFAULT_S, MAX_CHARS, parameter,
};
use plexmon_function::time;

use self::period::Period;
use self::report::Report;
use crate::announcements::{Board, add, clear};
use crate::cli::Announce;
use crate::context::Context;
use crate::error::{Context as _, Error, Exit, Result};
use crate::report::Progress;
use crate::session::Session;
use crate::stack::ReadOptions;

/// Stands for the standard input.
const STDIN: &str = "-";

pub async fn run(context: &Context, args: &Announce) -> Result<Exit> {
    let text = args.text.as_deref().map(text).transpose()?;
    let session = context.session().await?;
    let now = time::now();
    let new = match text {
        Some(text) => Some((text, Period::read(args, &session.config.zone, now)?)),
        None => None,
    };
    // The name of the parameter may come from a function that was adopted.
    let observed = session.observe(ReadOptions::default()).await?;
    let name = parameter(&observed.names.state_parameter);
    let board = Board { aws: &session.aws, parameter: &name, deployment: &session.config.name };
    let progress = Progress::new(session.output.reporter.clone(), 0, session.interrupt.clone());
    let all = if new.is_none() && !args.clear {
        board.read().await?
    } else {
        let change = |all: &Announcements| {
            let all = if args.clear { clear(all, now) } else { all.clone() };
            match &new {
                Some((text, period)) => add(&all, announcement(text, period, now), now),
                None => Ok(all),
            }
        };
        // Not dropped at Ctrl-C: whether it was written would be unknown.
        board.change(&progress, change, now).await?
    };
    let all = all.ok_or_else(|| nowhere(&session, &name))?;
    let mut report = Report::new(&all, now, session.config.clock.clone());
    if new.is_some() && !observed.has_own_page() {
        session.output.warning(
            "no status page shows it: none is deployed (`plexmon-deploy up` deploys a configured one)",
        );
    }
    let Some((text, period)) = new.filter(|_| args.notify) else {
        print(&session, &report, args)?;
        return Ok(Exit::Success);
    };
    let sent = notify::send(&session, &progress, period.message(&text, &session.config.clock)).await;
    report.channels = sent.as_ref().ok().cloned();
    print(&session, &report, args)?;
    notify::show(&session, &sent?)?;
    Ok(Exit::Success)
}

fn print(session: &Session, report: &Report, args: &Announce) -> Result<()> {
    session.output.document(report)?;
    session.output.text(report.text())?;
    if args.text.is_some() && args.until.is_none() {
        let days = DEFAULT_S / time::DAY;
        session.output.note(&format!("an announcement without --until is shown for {days} days"));
    }
    Ok(())
}

fn announcement(text: &str, period: &Period, now: u64) -> Announcement {
    Announcement { id: now, text: text.to_owned(), made: now, from: period.from, until: period.until }
}

/// Read the text, and check it.
fn text(argument: &str) -> Result<String> {
    let mut text = argument.to_owned();
    if argument == STDIN {
        text.clear();
        // One more byte than any text can have: more need not be read.
        let limit = u64::try_from(4 * MAX_CHARS + 1024).unwrap_or(u64::MAX);
        let mut input = std::io::stdin().lock().take(limit);
        input.read_to_string(&mut text).context(|| "could not read the text from standard input")?;
    }
    let text = text.replace("\r\n", "\n").trim().to_owned();
    let chars = text.chars().count();
    let is_control = |letter: &char| letter.is_control() && *letter != '\n';
    if text.is_empty() {
        Err(Error::usage("the text is empty").hint("plexmon-deploy announce \"Update tonight at 22:00\""))
    } else if chars > MAX_CHARS {
        Err(Error::usage(format!("the text has {chars} characters, but {MAX_CHARS} are allowed"))
            .hint("write a shorter text"))
    } else if let Some(letter) = text.chars().find(is_control) {
        Err(Error::usage(format!("the text has the control character U+{:04X}", u32::from(letter)))
            .hint("use only letters, symbols, spaces and new lines"))
    } else {
        Ok(text)
    }
}

/// The error if the parameter does not exist.
fn nowhere(session: &Session, name: &str) -> Error {
    let error = Error::new("there is no status page to announce something on")
        .cause(format!("parameter `{name}` does not exist in {}", session.aws.region));
    match session.config.page {
        Some(_) => error.hint("deploy the page with `plexmon-deploy up`"),
        None => error.hint("add [page] to the configuration, then run `plexmon-deploy up`"),
    }
}
