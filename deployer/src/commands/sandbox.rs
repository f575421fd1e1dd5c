//! `sandbox`: demonstrate a whole deployment on this machine. It runs the same `up`, `invoke`, `status` and `down` as against AWS,
//! but on a local emulator, with stand-ins for Plex and for Pushover.

mod code;
mod past;
mod setup;
mod stage;
mod visit;

use std::time::{Duration, Instant};

use plexmon_function::page::view::Overall;
use serde::Serialize;

use self::stage::Stage;
use super::up::Effect;
use super::{down, invoke, status, up};
use crate::cli::{Down, Sandbox, Up};
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::report::with_heartbeat;
use crate::sandbox::Message;
use crate::session::Session;
use crate::text::verdict;

/// How long to wait for a message. It arrives during the run that sends it, so only a very busy machine needs this.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Serialize)]
struct Act {
    act: &'static str,
    /// The messages that arrived.
    #[serde(rename = "told")]
    messages: Vec<String>,
}

#[derive(Serialize)]
struct Story {
    acts: Vec<Act>,
    seconds: f64,
}

pub async fn run(context: &Context, args: &Sandbox) -> Result<Exit> {
    let Context { output, interrupt, .. } = context;
    let mut stage = Stage::set(args, output, interrupt).await?;
    // Every part of the demonstration ends after Ctrl-C, so the stage is always cleared.
    let played = play(&stage, args, output, interrupt).await;
    let cleared = stage.clear().await;
    let story = played?;
    cleared?;
    output.document(&story)?;
    output.text(format!(
        "\nDone in {:.0} s: deployed, monitored, notified, removed. The emulator has been stopped; nothing is left running.",
        story.seconds
    ))?;
    Ok(Exit::Success)
}

async fn play(stage: &Stage, args: &Sandbox, output: &Output, interrupt: &Interrupt) -> Result<Story> {
    let started = Instant::now();
    let session = &stage.session;
    let up = Up { source: args.source.clone(), adopt: false, yes: true, expect: None };
    let mut acts = Vec::new();
    let scene = |text: &str| output.text(format!("\n{text}"));

    scene("1. Deploy. This is `plexmon-deploy up`, as it would run against AWS:")?;
    up::deploy(session, &up, None).await?;
    acts.push(arrived(stage, output, "deployed").await?);
    past::write(session).await?;
    output.note(
        "the sandbox has 80 days of made-up history, so that history and status page have something to show",
    );

    scene("2. Deploy again. Nothing has changed, so nothing is written:")?;
    if up::deploy(session, &up, None).await? == Effect::Changed {
        return Err(Error::new("a second `up` found something to do"));
    }
    scene("3. `plexmon-deploy status`:")?;
    status::show(session).await?;

    if let Some(plex) = &stage.plex {
        scene("4. Plex fails: the reverse proxy now returns 502. The next check detects it:")?;
        plex.break_it();
        check(session).await?;
        acts.push(arrived(stage, output, "broken").await?);
        visit::until(session, Overall::Outage).await?;

        scene("5. Plex is still down at the next check. There is no second notification:")?;
        check(session).await?;
        let again = stage.phone.take_new();
        if let Some(message) = again.first() {
            return Err(Error::new("the phone was notified twice").cause(line(message)));
        }
        output.text("  (nothing arrives on the phone)")?;

        scene("6. Plex is repaired:")?;
        plex.repair();
        check(session).await?;
        acts.push(arrived(stage, output, "mended").await?);

        scene("7. The status page, which reads the results at most every ten seconds:")?;
        show_page(session, output).await?;
    }
    if args.keep {
        keep(stage, output, interrupt).await?;
        scene("Interrupted: the emulator and everything in it are removed.")?;
        return Ok(Story { acts, seconds: started.elapsed().as_secs_f64() });
    }
    scene("8. Remove. This is `plexmon-deploy down`:")?;
    // No run is in flight: every run was awaited.
    let down = Down { yes: true, keep_state: false, keep_logs: false, force: false, no_wait: true };
    down::remove(session, &down).await?;
    Ok(Story { acts, seconds: started.elapsed().as_secs_f64() })
}

/// Print what the page shows.
async fn show_page(session: &Session, output: &Output) -> Result<()> {
    for line in visit::until(session, Overall::Operational).await? {
        output.text(format!("  page: {line}"))?;
    }
    Ok(())
}

/// Run a check, as the schedule would.
async fn check(session: &Session) -> Result<()> {
    let still_running = |elapsed: Duration| {
        session.output.note(&format!("the check is still running, {} s so far", elapsed.as_secs()));
    };
    let reply = with_heartbeat(invoke::check(session), still_running).await?;
    session.output.text(verdict::text(&reply, session.output.page()))
}

/// Print what arrived on the phone. If nothing did, the story has failed.
async fn arrived(stage: &Stage, output: &Output, act: &'static str) -> Result<Act> {
    let messages = stage.phone.wait_new(PATIENCE).await;
    if messages.is_empty() {
        let mut error = Error::new("no message arrived on the phone");
        for refused in stage.phone.refused() {
            error = error.cause(format!("the stand-in for Pushover refused: {refused}"));
        }
        return Err(error.cause(stage.emulator_log()));
    }
    for message in &messages {
        output.text(format!("  phone: {}", line(message)))?;
    }
    Ok(Act { act, messages: messages.iter().map(line).collect() })
}

fn line(message: &Message) -> String {
    let urgent = if message.priority > 0 { " (urgent)" } else { "" };
    let text = message.message.replace('\n', " / ");
    format!("{}{urgent}: {text}", message.title.as_deref().unwrap_or("(no title)"))
}

/// Keep the monitor running on its schedule and show the messages that arrive, until Ctrl-C.
async fn keep(stage: &Stage, output: &Output, interrupt: &Interrupt) -> Result<()> {
    output.verbatim(format!(
        "\nKept running, with a check every minute, until Ctrl-C. To use it from another terminal:\n\
         \n  cd {}\n  export AWS_ENDPOINT_URL={} AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={key}\n  plexmon-deploy status\n\nThe status page: {}\n",
        stage.folder().display(),
        stage.endpoint(),
        visit::address(&stage.session).await?,
        key = crate::sandbox::ACCESS_KEY,
    ))?;
    loop {
        let messages = tokio::select! {
            messages = stage.phone.wait_new(Duration::from_secs(3600)) => messages,
            () = interrupt.requested(1) => return Ok(()),
        };
        for message in messages {
            output.text(format!("  phone: {}", line(&message)))?;
        }
    }
}
