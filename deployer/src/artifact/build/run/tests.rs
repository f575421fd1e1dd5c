//! Builds as a scripted cargo plays them: progress, silence, failures and Ctrl-C.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

/// The texts of what is reported, each marked with how it would be shown.
fn text(stage: BuildStage<'_>) -> String {
    let how = match stage {
        BuildStage::Started { .. } => "started",
        BuildStage::Advanced(_) => "advanced",
        BuildStage::Continues(_) => "continues",
    };
    let text = stage.to_string();
    format!("{how}: {}", text.trim_start_matches("building the function: "))
}

const FINISHED: &str = r#"{"reason":"compiler-artifact","target":{"name":"ring"},"executable":null}"#;
const BINARY: &str =
    r#"{"reason":"compiler-artifact","target":{"name":"bootstrap"},"executable":"/t/bootstrap"}"#;

/// Play a build whose streams write these texts at these seconds, in virtual time.
async fn play(stdout: &[(u64, &str)], stderr: &[(u64, &str)]) -> (Output, Vec<String>) {
    let started = Instant::now();
    let write = async |texts: &[(u64, &str)], mut stream: tokio::io::DuplexStream| {
        for (seconds, text) in texts {
            tokio::time::sleep_until(started + Duration::from_secs(*seconds)).await;
            stream.write_all(text.as_bytes()).await.unwrap();
        }
    };
    let (out, out_read) = tokio::io::duplex(4096);
    let (err, err_read) = tokio::io::duplex(4096);
    let reported = RefCell::new(Vec::new());
    let report = |stage: BuildStage<'_>| reported.borrow_mut().push(text(stage));
    let output = follow(BufReader::new(out_read), BufReader::new(err_read), &report);
    let (output, (), ()) = tokio::join!(output, write(stdout, out), write(stderr, err));
    (output, reported.into_inner())
}

#[tokio::test(start_paused = true)]
async fn changes_are_reported_at_once_and_silence_every_few_seconds() {
    let (output, reported) = play(
        &[(3, FINISHED), (3, "\n"), (35, BINARY), (35, "\n")],
        &[
            (1, "    Blocking waiting for file lock on build directory\n"),
            (2, "   Compiling ring v0.17.14\n"),
            (2, "    Building [>   ] 0/3: ring\r"),
            (3, "    Building [=>  ] 1/3: aws-sdk-ssm\r"),
            (20, "    Building [==> ] 2/3: bootstrap(bin)\r"),
            (35, "    Finished `dev` profile in 35s\n"),
        ],
    )
    .await;
    assert_eq!(
        reported,
        [
            "advanced: waiting for another cargo to end, 0 s so far",
            "advanced: 0 of 3 crates (ring)",
            "advanced: 1 of 3 crates (aws-sdk-ssm)",
            "continues: 1 of 3 crates (aws-sdk-ssm)",
            "continues: 1 of 3 crates (aws-sdk-ssm)",
            "advanced: linking, 0 s so far",
            "continues: linking, 4 s so far",
            "continues: linking, 12 s so far",
        ]
    );
    assert_eq!(output, Output { binary: Some("/t/bootstrap".into()), ..Output::default() });
}

#[tokio::test(start_paused = true)]
async fn without_a_progress_bar_the_crates_are_counted() {
    let (_, reported) =
        play(&[(1, FINISHED), (1, "\n"), (9, FINISHED), (9, "\n"), (20, BINARY), (20, "\n")], &[]).await;
    assert_eq!(reported, ["continues: 1 crate so far", "continues: 2 crates so far"]);
}

#[tokio::test(start_paused = true)]
async fn a_build_that_says_nothing_is_still_reported() {
    let (_, reported) = play(&[(20, "")], &[(20, "")]).await;
    assert_eq!(reported, ["continues: 8 s so far", "continues: 16 s so far"]);
}

#[tokio::test(start_paused = true)]
async fn the_last_lines_are_kept_without_progress() {
    let many: String = (1..=20).map(|number| format!("error: number {number}\n")).collect();
    let (output, _) = play(
        &[],
        &[
            (0, "   Compiling ring v0.17.14\n    Building [> ] 0/3: ring\r"),
            (0, "error: could not write: No space left on device (os error 28)\n"),
            (0, many.as_str()),
            (1, "    Building [> ] 1/3: tokio\r"),
        ],
    )
    .await;
    assert_eq!(output.reason, Some(Reason::DiskFull));
    assert_eq!(output.last.len(), SHOWN_LINES);
    assert_eq!(output.last.front().map(String::as_str), Some("error: number 6"));
    assert_eq!(output.last.back().map(String::as_str), Some("error: number 20"));
}

#[tokio::test]
async fn a_missing_cargo_says_what_to_install() {
    let error = run(Command::new("/nowhere/cargo"), "cargo", &|_| {}).await.unwrap_err();
    insta::assert_snapshot!(error, @"
    error: cargo, which builds the function, is not installed or not on the PATH

    hint: install Rust from rustup.rs, or pass a compiled function with --bootstrap PATH
    ");
}

#[cfg(unix)]
mod processes {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[tokio::test]
    async fn the_binary_is_found_in_the_messages() {
        let build = shell(&format!("echo '{FINISHED}'; echo 'not JSON'; echo '{BINARY}'"));
        assert_eq!(run(build, "cargo", &|_| {}).await.unwrap(), PathBuf::from("/t/bootstrap"));
    }

    #[tokio::test]
    async fn a_failed_build_shows_what_the_compiler_said() {
        let build = shell("printf '    Building [> ] 0/3: a\\rerror: expected `;`\\n\\n' >&2; exit 101");
        insta::assert_snapshot!(run(build, "cargo", &|_| {}).await.unwrap_err(), @"
        error: cargo could not build the function
          cause: error: expected `;`

        hint: fix the errors of the compiler, or pass a compiled function with --bootstrap PATH
        ");
        let silent = run(shell("exit 101"), "cargo", &|_| {}).await.unwrap_err();
        assert_eq!(silent.causes(), ["exit status: 101"]);
    }

    #[tokio::test]
    async fn a_full_disk_is_the_hint_whatever_fails_then() {
        let build = shell("echo 'ld: final link failed: No space left on device' >&2; exit 1");
        let error = run(build, "cargo", &|_| {}).await.unwrap_err();
        assert!(error.hint_text().unwrap().starts_with("free some disk space"), "{error}");
    }

    #[tokio::test]
    async fn an_interrupted_build_ends_with_all_of_its_processes() {
        // A compiler below cargo, which holds this pipe open as long as it lives.
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let build = shell(&format!("(echo started; exec sleep 600) > {} & wait", pipe.display()));
        let mut read = tokio::net::unix::pipe::OpenOptions::new().open_receiver(&pipe).unwrap();
        tokio::select! {
            _ = run(build, "cargo", &|_| {}) => panic!("the build ended"),
            // As Ctrl-C does, this drops the build.
            started = read.readable() => started.unwrap(),
        }
        let mut rest = String::new();
        read.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "started\n");
    }
}
