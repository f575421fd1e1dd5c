//! `man`: write a manual page for each command, in the format of `man`.

use std::path::Path;

use clap::CommandFactory as _;
use clap::builder::Resettable;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::{Cli, ManArgs};
use crate::context::Context;
use crate::error::{Context as _, Error, Exit, Result};
use crate::files::Unnamed;
use crate::print::stdout;
use crate::text::plural;

/// The title of the manual, in the head of each page.
const MANUAL: &str = "plexmon manual";

/// The exit codes, for the main page.
const EXITS: [(Exit, &str); 6] = [
    (Exit::Success, "Success."),
    (Exit::Failure, "Something failed."),
    (Exit::Usage, "The command line or the configuration is invalid; nothing was attempted."),
    (Exit::Changes, "There are changes: plan and status with --exit-code."),
    (Exit::NotDeployed, "Nothing is deployed: status with --exit-code."),
    (Exit::Interrupted, "Interrupted with Ctrl-C."),
];

/// What influences all commands besides their options, for the main page.
const ENVIRONMENT: [(&str, &str); 3] = [
    ("AWS_*", "Credentials, profile, region, endpoints and certificates, as in the AWS CLI."),
    ("HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "The proxy for calls to AWS."),
    ("NO_COLOR", "If it is not empty, output has no color unless --color says so."),
];

const FILES: [(&str, &str); 2] = [
    ("config.toml", "The configuration. plexmon-deploy init writes one."),
    ("~/.aws/config, ~/.aws/credentials", "Profiles and credentials, as in the AWS CLI."),
];

/// A manual page: the name of its file and its content.
struct ManualPage {
    file: String,
    content: Vec<u8>,
}

pub async fn run(context: &Context, args: &ManArgs) -> Result<Exit> {
    let pages = pages().context(|| "could not generate the manual pages")?;
    let Some(folder) = &args.out else {
        let main = pages.first().map(|page| String::from_utf8_lossy(&page.content));
        return stdout(&main.unwrap_or_default()).map(|()| Exit::Success);
    };
    write(folder, &pages)?;
    let path = |page: &ManualPage| folder.join(&page.file).display().to_string();
    let files: Vec<String> = pages.iter().map(path).collect();
    context.output.document(&serde_json::json!({ "written": files }))?;
    context.output.text(format!("wrote {} to {}", plural(pages.len(), "manual page"), folder.display()))?;
    Ok(Exit::Success)
}

/// Return the main page, then one for each command. They are the same wherever and whenever they are generated.
fn pages() -> std::io::Result<Vec<ManualPage>> {
    let mut main = Cli::command();
    main.build();
    let commands: Vec<clap::Command> = main.get_subcommands().cloned().collect();
    let mut pages = vec![page(main, main_sections)?];
    for command in commands {
        pages.push(page(command, |roff| section(roff, "SEE ALSO", &[("plexmon-deploy(1)", "")]))?);
    }
    Ok(pages)
}

fn page(command: clap::Command, more: impl FnOnce(&mut Roff)) -> std::io::Result<ManualPage> {
    // The version is in the footer, and the exit codes have a section of their own.
    let command = command.version(Resettable::Reset).after_help(Resettable::Reset);
    let man = Man::new(command);
    let file = man.get_filename();
    let mut content = Vec::new();
    man.render(&mut content)?;
    let mut roff = Roff::new();
    more(&mut roff);
    let text = with_title(&String::from_utf8_lossy(&content), file.trim_end_matches(".1"));
    Ok(ManualPage { file, content: format!("{text}{}", roff.render()).into_bytes() })
}

/// Replace the title: the generated one has no quotes around the date, which is empty, so that the next field would be read
/// as the date.
fn with_title(page: &str, name: &str) -> String {
    let title =
        format!(".TH \"{name}\" \"1\" \"\" \"plexmon-deploy {}\" \"{MANUAL}\"", env!("CARGO_PKG_VERSION"));
    let lines = page.lines().map(|line| if line.starts_with(".TH ") { &title } else { line });
    lines.fold(String::new(), |text, line| text + line + "\n")
}

fn main_sections(roff: &mut Roff) {
    let exits = EXITS.map(|(exit, meaning)| ((exit as u8).to_string(), meaning));
    section(roff, "EXIT STATUS", &exits.each_ref().map(|(exit, meaning)| (exit.as_str(), *meaning)));
    section(roff, "ENVIRONMENT", &ENVIRONMENT);
    section(roff, "FILES", &FILES);
}

/// Add a section with a list of terms and their meanings.
fn section(roff: &mut Roff, heading: &str, terms: &[(&str, &str)]) {
    roff.control("SH", [heading]);
    for (term, meaning) in terms {
        if meaning.is_empty() {
            roff.text([bold(*term)]);
        } else {
            roff.control("TP", []);
            roff.text([bold(*term)]);
            roff.text([roman(*meaning)]);
        }
    }
}

/// Write all pages. None of them gets its name before all are complete on disk.
fn write(folder: &Path, pages: &[ManualPage]) -> Result<()> {
    if folder.exists() && !folder.is_dir() {
        return Err(Error::usage(format!("`{}` is not a folder", folder.display()))
            .hint("pass a folder with --out; it is created if it does not exist"));
    }
    std::fs::create_dir_all(folder)
        .context(|| format!("could not create the folder `{}`", folder.display()))
        .map_err(|error| error.hint("choose another folder with --out"))?;
    let complete: Vec<Unnamed> = pages
        .iter()
        .map(|page| Unnamed::write(&folder.join(&page.file), &page.content))
        .collect::<Result<_>>()?;
    for (written, page) in complete.into_iter().enumerate() {
        page.persist().map_err(|error| {
            error.cause(format!("{written} of {} manual pages were written before", pages.len()))
        })?;
    }
    Ok(())
}
