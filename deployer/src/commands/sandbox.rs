//! `sandbox`: the whole story on this machine. The same `up`, `invoke`, `status` and `down` as against AWS,
//! against a local emulator, with stand-ins for Plex and for Pushover.

mod stage;

use std::time::{Duration, Instant};

use serde::Serialize;

use self::stage::Stage;
use super::{down, invoke, status, up};
use crate::cli::Sandbox;
use crate::error::{Error, Exit, Result};
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::sandbox::Message;

/// Messages arrive during the run that sends them; this is only for a machine that is very busy.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Serialize)]
struct Act {
    act: &'static str,
    told: Vec<String>,
}

#[derive(Serialize)]
struct Document {
    acts: Vec<Act>,
    seconds: f64,
}

pub async fn sandbox(args: &Sandbox, output: &Output, interrupt: &Interrupt) -> Result<Exit> {
    let mut stage = Stage::set(args, output, interrupt).await?;
    // Every part of it ends by itself after Ctrl-C, so that clearing away is always reached.
    let played = play(&stage, args, output, interrupt).await;
    let cleared = stage.clear().await;
    let document = played?;
    cleared?;
    output.document(&document)?;
    output.text(format!(
        "\nThat was all of it, in {:.0} s: deployed, watched, told, removed. The emulator is stopped and nothing is left running.",
        document.seconds
    ))?;
    Ok(Exit::Success)
}

async fn play(stage: &Stage, args: &Sandbox, output: &Output, interrupt: &Interrupt) -> Result<Document> {
    let started = Instant::now();
    let session = &stage.session;
    let mut acts = Vec::new();
    let scene = |text: &str| output.text(format!("\n{text}"));

    scene("1. Deploy. This is `plexmon-deploy up`, as it would run against AWS:")?;
    up::up(session, false, true).await?;
    acts.push(heard(stage, output, "deployed").await?);

    scene("2. Again. Nothing has changed, so nothing is written:")?;
    if up::up(session, false, true).await? {
        return Err(Error::new("a second `up` found something to do"));
    }
    scene("3. `plexmon-deploy status`:")?;
    status::status(session, false).await?;

    if let Some(plex) = &stage.plex {
        scene("4. Plex breaks: the reverse proxy now answers 502. The next check finds out:")?;
        plex.break_it();
        invoke::quietly(session).await?;
        acts.push(heard(stage, output, "broken").await?);

        scene("5. Still broken at the check after that. No second alarm:")?;
        invoke::quietly(session).await?;
        let again = stage.phone.take_new();
        if let Some(message) = again.first() {
            return Err(Error::new("the phone was told twice").cause(line(message)));
        }
        output.text("  (the phone stays silent)")?;

        scene("6. Plex is mended:")?;
        plex.mend();
        invoke::quietly(session).await?;
        acts.push(heard(stage, output, "mended").await?);
    }
    if args.keep {
        keep(stage, output, interrupt).await?;
        scene("Ctrl-C: the emulator goes, and everything in it.")?;
        return Ok(Document { acts, seconds: started.elapsed().as_secs_f64() });
    }
    scene("7. Remove. This is `plexmon-deploy down`:")?;
    // Every run was awaited.
    let removal =
        down::Removal { keep: down::Keep::default(), yes: true, force: false, runs: down::Runs::Ignored };
    down::down(session, removal).await?;
    Ok(Document { acts, seconds: started.elapsed().as_secs_f64() })
}

/// What arrived on the phone; silence here is a failure of the whole story.
async fn heard(stage: &Stage, output: &Output, act: &'static str) -> Result<Act> {
    let messages = stage.phone.wait_new(PATIENCE).await;
    if messages.is_empty() {
        let mut error = Error::new("the phone should have been told, but nothing arrived");
        for refused in stage.phone.refused() {
            error = error.cause(format!("the stand-in for Pushover refused: {refused}"));
        }
        return Err(error.cause(stage.emulator_log()));
    }
    for message in &messages {
        output.text(format!("  phone: {}", line(message)))?;
    }
    Ok(Act { act, told: messages.iter().map(line).collect() })
}

fn line(message: &Message) -> String {
    let urgent = if message.priority > 0 { " (urgent)" } else { "" };
    let text = message.message.replace('\n', " / ");
    format!("{}{urgent}: {text}", message.title.as_deref().unwrap_or("(no title)"))
}

/// Runs on its schedule and shows what arrives, until Ctrl-C.
async fn keep(stage: &Stage, output: &Output, interrupt: &Interrupt) -> Result<()> {
    output.text(format!(
        "\nKept running, with a check every minute, until Ctrl-C. To look at it from another terminal:\n\
         \n  cd {}\n  export AWS_ENDPOINT_URL={} AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={key}\n  plexmon-deploy status\n",
        stage.folder().display(),
        stage.endpoint(),
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
