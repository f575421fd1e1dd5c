//! Generated answers, read in pieces of any size.

use std::collections::BTreeMap;

use plexmon_testing::rng::{Rng, env_number};

use super::*;
use crate::contract::settings::{Limits, Quantity};

const NOW: u64 = 1_793_700_300;

/// Names that are similar to each other, or begin with each other.
const NAMES: [&str; 4] = ["node_load1", "node_load15", "node_load", "node:load"];
const LABELS: [&str; 3] = ["mountpoint", "mount", "device"];
const VALUES: [&str; 8] = ["", "/", "/data", "a b", "},# {", "quo\"te", "back\\slash", "line\nbreak"];

/// A series as it is meant.
#[derive(Debug, Clone)]
struct Series {
    name: &'static str,
    labels: BTreeMap<&'static str, &'static str>,
    value: f64,
}

fn series(rng: &mut Rng) -> Series {
    let labels = (0..rng.below(3)).map(|_| (rng.choose(&LABELS), rng.choose(&VALUES))).collect();
    let value = rng.choose(&[0.0, 1.0, -2.5, 12.3, 3.8e10, 1e-7, f64::INFINITY, f64::NEG_INFINITY]);
    Series { name: rng.choose(&NAMES), labels, value }
}

/// Write a series in one of the ways in which it can be written.
fn written(series: &Series, rng: &mut Rng) -> String {
    let space = |rng: &mut Rng| rng.choose(&[" ", "\t", "  "]);
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let is_quoted = rng.one_in(4);
    let mut items: Vec<String> = Vec::new();
    if is_quoted {
        items.push(format!("\"{}\"", series.name));
    }
    for (name, value) in &series.labels {
        let name = if rng.one_in(4) { format!("\"{name}\"") } else { (*name).to_owned() };
        items.push(format!("{name}=\"{}\"", escaped(value)));
    }
    let mut line = if is_quoted { String::new() } else { series.name.to_owned() };
    if !items.is_empty() || rng.one_in(4) {
        let comma = if rng.one_in(3) { ", " } else { "," };
        let trailing = if !items.is_empty() && rng.one_in(4) { "," } else { "" };
        line += &format!("{{{}{trailing}}}", items.join(comma));
    }
    line += space(rng);
    line += &match series.value {
        f64::INFINITY => rng.choose(&["+Inf", "Inf", "inf"]).to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        value if rng.one_in(2) => format!("{value:e}"),
        value => value.to_string(),
    };
    if rng.one_in(4) {
        line += space(rng);
        line += rng.choose(&["1793700300000", "-1", "1793700300.25"]);
        if rng.one_in(2) {
            line += " # {trace_id=\"} 1 # \"} 0.5";
        }
    }
    line
}

/// A whole answer, with lines between the series that have no values.
fn answer(all: &[Series], rng: &mut Rng) -> String {
    let mut text = String::new();
    for series in all {
        if rng.one_in(3) {
            text += rng.choose(&[
                "\n",
                "# HELP node_load1 A \\n text with node_load1 99\n",
                "# TYPE node_load1 gauge\n",
                "# node_load1 99\n",
                "#node_load1 99\n",
                " \t \n",
            ]);
        }
        text += &written(series, rng);
        text += rng.choose(&["\n", "\r\n", " \n"]);
    }
    if rng.one_in(3) {
        text += "# EOF\nnode_load1 99\n";
    }
    text
}

fn condition(rng: &mut Rng) -> MetricCondition {
    let label = |rng: &mut Rng| (rng.choose(&LABELS).to_owned(), rng.choose(&VALUES).to_owned());
    let labels = (0..rng.below(3)).map(|_| label(rng)).collect();
    let mut quantity = |text: &str| Quantity::parse(text).ok().filter(|_| rng.one_in(2));
    let limits = Limits { min: quantity("0.5"), max: quantity("1e10"), newer_than_s: None };
    MetricCondition { name: NAMES[0].to_owned(), labels, label: None, limits, severity: Default::default() }
}

fn judge_in_pieces(
    conditions: &[MetricCondition],
    text: &[u8],
    cuts: &[usize],
    unread: Option<&Unread>,
) -> Vec<Judgement> {
    let mut reader = MetricReader::new(conditions, NOW);
    let mut from = 0;
    for cut in cuts.iter().chain([&text.len()]) {
        reader.feed(&text[from..*cut]);
        from = *cut;
    }
    reader.finish(unread)
}

/// Judge the series as they are meant, without text.
fn expected(condition: &MetricCondition, all: &[Series]) -> Option<Level> {
    let matches = |series: &&Series| {
        let has = |(name, value): (&String, &String)| {
            series.labels.get(name.as_str()).copied().unwrap_or_default() == value
        };
        series.name == condition.name && condition.labels.iter().all(has)
    };
    let compared = all.iter().filter(matches).map(|series| limits::compare(&condition.limits, series.value));
    compared.reduce(Compared::worse).map(|worst| worst.level)
}

#[test]
fn any_answer_is_judged_by_its_series_in_pieces_of_any_size() {
    let seed = env_number("PLEXMON_SEED", 1);
    for case in seed..seed + env_number("PLEXMON_CASES", 2_000) {
        let rng = &mut Rng(case);
        let all: Vec<Series> = (0..rng.below(12)).map(|_| series(rng)).collect();
        let text = answer(&all, rng);
        let conditions: Vec<MetricCondition> = (0..3).map(|_| condition(rng)).collect();
        let whole = judge_in_pieces(&conditions, text.as_bytes(), &[], None);
        for (condition, judgement) in conditions.iter().zip(&whole) {
            let level = expected(condition, &all).unwrap_or(Level::NotMet);
            assert_eq!(judgement.level, level, "PLEXMON_SEED={case}: {condition:?}\n{text}");
        }
        let mut cuts: Vec<usize> = (0..rng.below(9)).map(|_| below(rng, text.len() + 1)).collect();
        cuts.sort_unstable();
        let pieces = judge_in_pieces(&conditions, text.as_bytes(), &cuts, None);
        assert_eq!(pieces, whole, "PLEXMON_SEED={case}: cut at {cuts:?}\n{text}");
        let bytes: Vec<usize> = (0..text.len()).collect();
        assert_eq!(judge_in_pieces(&conditions, text.as_bytes(), &bytes, None), whole, "PLEXMON_SEED={case}");
    }
}

/// What is read of an answer never says what all of it does not say: it agrees, or it is unknown.
#[test]
fn an_answer_that_is_cut_anywhere_is_judged_like_the_whole_or_unknown() {
    let seed = env_number("PLEXMON_SEED", 1);
    for case in seed..seed + env_number("PLEXMON_CASES", 2_000) {
        let rng = &mut Rng(case);
        let mut all: Vec<Series> = (0..rng.below(12)).map(|_| series(rng)).collect();
        // The format demands that the series of a metric follow each other.
        all.sort_by_key(|series| series.name);
        let text = answer(&all, rng);
        let conditions: Vec<MetricCondition> = (0..3).map(|_| condition(rng)).collect();
        let whole = judge_in_pieces(&conditions, text.as_bytes(), &[], None);
        let end = below(rng, text.len() + 1);
        let unread = Unread::BeyondLimit { bytes: end };
        let cut = judge_in_pieces(&conditions, &text.as_bytes()[..end], &[], Some(&unread));
        for (cut, whole) in cut.iter().zip(&whole) {
            let is_right = cut.level == whole.level || cut.level == Level::Unknown;
            assert!(is_right, "PLEXMON_SEED={case}: {cut:?}, not {whole:?}\n{}", &text[..end]);
        }
    }
}

#[test]
fn any_bytes_are_read_the_same_in_pieces_of_any_size() {
    const TOKENS: [&[u8]; 14] = [
        b"node_load1",
        b"{",
        b"}",
        b"\"",
        b"=",
        b",",
        b" ",
        b"\n",
        b"\\",
        b"1",
        b"# EOF\n",
        b"#",
        b"\xff\xc3",
        b"\0",
    ];
    let seed = env_number("PLEXMON_SEED", 1);
    for case in seed..seed + env_number("PLEXMON_CASES", 5_000) {
        let rng = &mut Rng(case);
        let text: Vec<u8> = (0..rng.below(40)).flat_map(|_| rng.choose(&TOKENS).to_vec()).collect();
        let conditions = [condition(rng)];
        let whole = judge_in_pieces(&conditions, &text, &[], None);
        let bytes: Vec<usize> = (0..text.len()).collect();
        assert_eq!(judge_in_pieces(&conditions, &text, &bytes, None), whole, "PLEXMON_SEED={case}: {text:?}");
    }
}

#[test]
fn a_line_that_is_too_long_is_skipped_and_makes_unknown_what_may_be_in_it() {
    let condition = [MetricCondition { labels: BTreeMap::new(), ..condition(&mut Rng(1)) }];
    let long = |length: usize| format!("node_load1{{device=\"{}\"}} 1\n", "x".repeat(length));
    for (text, level) in [
        (format!("{}node_load1 1\nb 2\n", long(MAX_LINE_BYTES)), Level::Met),
        (format!("{}b 2\n", long(MAX_LINE_BYTES)), Level::Unknown),
        (format!("{}b 2\n", long(MAX_LINE_BYTES - 30)), Level::Met),
    ] {
        for step in [1, 7, 4096, text.len()] {
            let cuts: Vec<usize> = (0..text.len()).step_by(step).collect();
            let mut reader = MetricReader::new(&condition, NOW);
            for (from, until) in cuts.iter().zip(cuts.iter().skip(1).chain([&text.len()])) {
                reader.feed(&text.as_bytes()[*from..*until]);
                assert!(reader.pending.capacity() <= 2 * MAX_LINE_BYTES, "{}", reader.pending.capacity());
            }
            assert_eq!(reader.finish(None)[0].level, level, "{step}");
        }
    }
}

fn below(rng: &mut Rng, limit: usize) -> usize {
    usize::try_from(rng.below(limit as u64)).unwrap()
}
