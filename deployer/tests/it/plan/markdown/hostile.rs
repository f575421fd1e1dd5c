//! Names and values cannot become anything else than text, and a plan of any size fits.
//!
//! `PLEXMON_CASES=1000000 cargo test -p plexmon-deploy --test it plan::markdown` plays more cases; `PLEXMON_SEED` sets the
//! first seed. A failure prints the seed of its case.

use plexmon_deploy::plan::{Action, Kept, Plan, Remarks};
use plexmon_deploy::resource::{Difference, ResourceKind};
use plexmon_deploy::stack::Stack;
use plexmon_testing::rng::{Rng, env_number};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::{Value, json};

use crate::plan::deployment::Deployment;

/// Parts of texts that mean something in Markdown, in HTML or on GitHub.
const PIECES: [&str; 34] = [
    "`",
    "```",
    "````````",
    "~~~",
    "</details>",
    "<details>",
    "</code>",
    "<script>alert(1)</script>",
    "<!--",
    "-->",
    "|",
    "@everyone",
    "@octo-org/team",
    "#123",
    "octo-org/repo#1",
    "GH-1",
    "https://example.com/",
    "www.example.com",
    "someone@example.com",
    "[a](https://example.com)",
    "![a](https://example.com/a.png)",
    "**a**",
    "_a_",
    "\n",
    "\r\n",
    "\n\n",
    "\n# heading\n",
    "\t",
    "\0",
    "\u{1b}[31m",
    "\u{202e}",
    "&lt;",
    "\\",
    ":tada:",
];

/// A number below a limit.
fn some(rng: &mut Rng, limit: usize) -> usize {
    usize::try_from(rng.below(limit as u64)).unwrap()
}

fn hostile(rng: &mut Rng, pieces: usize) -> String {
    (0..some(rng, pieces)).map(|_| if rng.one_in(3) { "a " } else { rng.choose(&PIECES) }).collect()
}

fn value(rng: &mut Rng) -> Value {
    let lines = |rng: &mut Rng, most| (0..some(rng, most)).map(|_| hostile(rng, 4)).collect::<Vec<_>>();
    match rng.below(6) {
        0 => Value::Null,
        1 => json!(rng.below(1000)),
        2 => json!(hostile(rng, 6)),
        3 => json!("x".repeat(some(rng, 4_000))),
        4 => json!(lines(rng, 30)),
        5 if rng.one_in(20) => json!(lines(rng, 1_500)),
        _ => json!({ hostile(rng, 4): lines(rng, 60), hostile(rng, 4): { hostile(rng, 4): 1 } }),
    }
}

/// A plan with hostile names and values: of some steps, or of very many.
fn hostile_plan(rng: &mut Rng) -> (Plan, Vec<String>) {
    let of = Deployment::usual();
    let mut plan = if rng.one_in(2) { of.up(&Stack::nothing()) } else { of.down(&of.desired) }.unwrap();
    plan.place.deployment = hostile(rng, 5);
    plan.place.account = hostile(rng, 3);
    let most = rng.choose(&[1, 12, 12, 12, 700]);
    let template = plan.steps.clone();
    plan.steps = (0..some(rng, most))
        .map(|_| {
            let mut step = template[some(rng, template.len())].clone();
            step.name = hostile(rng, 6);
            step.region = if rng.one_in(2) { plan.place.region.clone() } else { hostile(rng, 3) };
            step.needs.iter_mut().for_each(|need| need.name = hostile(rng, 3));
            if step.action != Action::Delete {
                let change = |rng: &mut Rng| Difference { field: "field", from: value(rng), to: value(rng) };
                step.changes = (0..=some(rng, 4)).map(|_| change(rng)).collect();
            }
            step
        })
        .collect();
    let kept = |rng: &mut Rng| {
        let [name, region, why] = [4, 2, 40].map(|pieces| hostile(rng, pieces));
        Kept { kind: ResourceKind::Role, name, region, why }
    };
    let most = if rng.one_in(3) { 200 } else { 3 };
    plan.kept = (0..some(rng, most)).map(|_| kept(rng)).collect();
    let warnings = (0..some(rng, most)).map(|_| hostile(rng, 30)).collect();
    (plan, warnings)
}

#[test]
fn hostile_names_and_values_stay_text_and_huge_plans_fit() {
    let (first, cases) = (env_number("PLEXMON_SEED", 0), env_number("PLEXMON_CASES", 100));
    println!("PLEXMON_SEED={first} PLEXMON_CASES={cases}");
    let (mut cut, mut whole) = (0, 0);
    for seed in first..first + cases {
        let (plan, warnings) = hostile_plan(&mut Rng(seed));
        let remarks = Remarks { warnings: &warnings, cost: "$0.00 a month" };
        let text = plan.markdown(&remarks);
        assert_eq!(text, plan.markdown(&remarks), "PLEXMON_SEED={seed}");
        // GitHub accepts 65,536 characters in a comment.
        assert!(text.len() <= 60_000, "PLEXMON_SEED={seed}: {} bytes", text.len());
        if let Err(why) = only_text(&text, &plan) {
            panic!("PLEXMON_SEED={seed}: {why}\n{text}");
        }
        if text.contains("This is not the whole plan") { cut += 1 } else { whole += 1 }
    }
    assert!(cut > cases / 20 && whole > cases / 20, "{cut} were cut, {whole} not");
}

/// Check that a page has only the structure of ours: everything that could come from outside is code.
fn only_text(text: &str, plan: &Plan) -> Result<(), String> {
    let hidden = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    if let Some(character) = text.chars().find(|character| hidden(*character)) {
        return Err(format!("{character:?} is not visible"));
    }
    let first = text.lines().next().unwrap_or_default();
    if !first.starts_with("<!-- plexmon-plan:") || !first.ends_with(" -->") || first.matches('>').count() != 1
    {
        return Err(format!("marker {first:?}"));
    }
    let (mut open, mut titles, mut in_code) = (0, 0, false);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(_) if in_code => {}
            // Sentences of ours.
            Event::Text(words) => {
                let foreign = |c: char| !(c.is_ascii_alphanumeric() || " ,:.".contains(c));
                if words.contains(foreign) || words.contains("example") {
                    return Err(format!("text {words:?}"));
                }
            }
            Event::Html(line) => match line.trim_end() {
                "<details>" => open += 1,
                "</details>" => open -= 1,
                line if line == first => {}
                line => {
                    title(line)?;
                    titles += 1;
                }
            },
            Event::Code(_) | Event::SoftBreak => {}
            Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::Strong | Tag::HtmlBlock)
            | Event::End(_) => {}
            other => return Err(format!("{other:?}")),
        }
    }
    if open != 0 {
        return Err(format!("{open} details are not closed"));
    }
    let left_out = number_before(text, " step").unwrap_or_default();
    if titles + left_out != plan.steps.len() {
        return Err(format!("{titles} steps, {left_out} left out, of {}", plan.steps.len()));
    }
    Ok(())
}

/// A title: `+ create role <code>...</code>`, and perhaps the region.
fn title(line: &str) -> Result<(), String> {
    let inner = line.strip_prefix("<summary>").and_then(|rest| rest.strip_suffix("</summary>"));
    let inner = inner.ok_or_else(|| format!("HTML {line:?}"))?;
    let code = regex_lite::Regex::new("<code>[^<>]*</code>").unwrap();
    let words = code.replace_all(inner, "");
    let is_ours = words.chars().all(|c| c.is_ascii_lowercase() || " +-~".contains(c));
    if is_ours { Ok(()) } else { Err(format!("title {line:?}")) }
}

/// The number of steps that the last sentence says are left out.
fn number_before(text: &str, noun: &str) -> Option<usize> {
    let (_, sentence) = text.rsplit_once("**This is not the whole plan**: ")?;
    sentence.split_once(noun)?.0.parse().ok()
}
