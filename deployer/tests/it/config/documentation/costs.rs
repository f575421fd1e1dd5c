//! The tables of costs are generated from the price list and from estimates.

use std::fmt::Write as _;

use plexmon_deploy::config::{Config, SecretLookup};
use plexmon_deploy::cost::prices::{Allowance, Price, PriceList};
use plexmon_deploy::cost::{Estimate, Item, assumptions, estimate};
use plexmon_function::page::html::max_bytes;
use plexmon_function::page::reader::EVERY;
use plexmon_function::store::NAMES_A_CALL;
use plexmon_testing::generated::{Part, check};

use super::table;
use crate::config::parse;
use crate::plan::deployment::desired;

/// 2026-11-26 00:00 UTC. Only a schedule that ends would make a difference.
const NOW: u64 = 1_795_651_200;

#[test]
fn the_costs_in_the_documentation_are_those_of_the_price_list() {
    let list = PriceList::built_in().unwrap();
    check(
        "deployer/docs/aws.md",
        &[
            Part::markdown(
                "estimate",
                &format!("```text\n{}\n```", of(&configured("rate(5 minutes)", 1, ""))),
            ),
            Part::markdown("prices", &prices(&list)),
            Part::markdown("costs", &examples()),
            Part::markdown("assumptions", &assumed()),
            Part::markdown("flood", &format!("```text\n{}\n```", of(&with_page(1, "concurrency = 2")))),
            Part::markdown("floods", &floods()),
        ],
    );
}

fn prices(list: &PriceList) -> String {
    let PriceList { date, region, prices, allowances } = list;
    let free = |allowance: &Allowance| Some(allowance.amount);
    let row = |(price, allowance): (&Price, Option<u64>)| {
        let Price { what, usd, per, unit, page, seen } = price;
        let per = if *per == 1 { unit.clone() } else { format!("{per} {unit}") };
        let price =
            if usd.text == "0" { "free".to_owned() } else { format!("${} per {}", usd.text, singular(&per)) };
        let allowance = match allowance {
            Some(amount) => format!("{} {unit}", grouped(amount)),
            None if usd.text == "0" => String::new(),
            None => "shared with the line above".to_owned(),
        };
        vec![what.clone(), price, allowance, format!("[{seen}]({page})")]
    };
    let rows = [
        (&prices.requests, free(&allowances.requests)),
        (&prices.compute_time_x86_64, free(&allowances.compute_time)),
        (&prices.compute_time_arm64, None),
        (&prices.scheduled_events, None),
        (&prices.parameter_calls, None),
        (&prices.kms_requests, free(&allowances.kms_requests)),
        (&prices.log_ingestion, free(&allowances.logs)),
        (&prices.log_storage, None),
        (&prices.outgoing_data, free(&allowances.outgoing_data)),
    ];
    let table = table(&["use", "price", "free each month", "confirmed"], rows.map(row));
    format!("List prices of {region}, last checked on {date}:\n\n{table}")
}

/// The unit of one, or a number with its unit.
fn singular(per: &str) -> String {
    match per.split_once(' ') {
        Some((number, unit)) => format!("{} {unit}", grouped(number.parse().unwrap())),
        None => per.trim_end_matches('s').to_owned(),
    }
}

/// `1,000,000`
fn grouped(number: u64) -> String {
    plexmon_deploy::cost::Quantity::whole(number).to_string()
}

fn examples() -> String {
    let default = "rate(5 minutes)";
    let configurations = [
        ("1 target every 5 minutes, 128 MB: the defaults", default, 1, ""),
        ("the same every minute", "rate(1 minute)", 1, ""),
        ("the same once a day", "cron(0 8 * * ? *)", 1, ""),
        ("20 targets every 5 minutes", default, 20, ""),
        ("the same with a status page", default, 20, "[page]"),
        ("100 targets every minute, 256 MB", "rate(1 minute)", 100, "memory_mb = 256"),
        ("500 targets every minute, 1024 MB", "rate(1 minute)", 500, "memory_mb = 1024"),
        ("the same on `arm64`", "rate(1 minute)", 500, "memory_mb = 1024\narchitecture = \"arm64\""),
    ];
    let row = |(what, schedule, targets, function): (&str, &str, usize, &str)| {
        let estimate = of(&configured(schedule, targets, function));
        let share = |item: Item| {
            let part = estimate.parts.iter().find(|part| part.item == item).unwrap();
            part.share().unwrap().to_string()
        };
        vec![
            what.to_owned(),
            estimate.charge().to_string(),
            estimate.list_price().to_string(),
            estimate.longest_charge().to_string(),
            share(Item::Requests),
            share(Item::ComputeTime),
            share(Item::Logs),
        ]
    };
    let head = ["configuration", "cost", "without allowances", "at most", "requests", "compute time", "logs"];
    table(&head, configurations.map(row))
}

/// What a flood of requests for the status page could cost, by targets and concurrency.
fn floods() -> String {
    let row = |targets: usize| {
        let what = if targets == 1 { "1 target".to_owned() } else { format!("{targets} targets") };
        let at_most = |concurrency| {
            let config = with_page(targets, &format!("concurrency = {concurrency}"));
            of(&config).flood.unwrap().at_most.unwrap().to_string()
        };
        [what].into_iter().chain([1, 2, 10].map(at_most)).collect::<Vec<_>>()
    };
    let head = ["public targets", "`concurrency = 1`", "`concurrency = 2`", "`concurrency = 10`"];
    table(&head, [1, 20, 100].map(row))
}

fn with_page(targets: usize, page: &str) -> Config {
    configured("rate(5 minutes)", targets, &format!("[page]\n{page}"))
}

fn configured(schedule: &str, targets: usize, function: &str) -> Config {
    let mut text = format!("schedule = \"{schedule}\"\n");
    for number in 1..=targets {
        let _ =
            write!(text, "[[target]]\nname = \"app-{number:03}\"\nurl = \"https://example.com/{number}\"\n");
    }
    text += "[notify.pushover]\ntoken = { env = \"A\" }\nuser = { env = \"B\" }\n";
    parse(&format!("{text}[function]\n{function}\n")).unwrap()
}

fn of(config: &Config) -> Estimate {
    let names = plexmon_deploy::names::Names::new(config, "us-east-1");
    let desired = desired(config, &names, &SecretLookup::NoneConfigured);
    estimate(config, &names, &desired, NOW).unwrap()
}

fn assumed() -> String {
    let of_log = |targets| assumptions::log_bytes(&configured("rate(5 minutes)", targets, "").targets);
    let (one, hundred) = (of_log(1), of_log(100));
    let seconds = |ms: u64| format!("{} s", grouped(ms / 1000));
    let rows = [
        (
            "length of a run",
            format!(
                "{}, and {} ms for each further target, but at most `timeout_s`; a start of Lambda is included. \"At \
                 most\" is what it costs if every run lasts that long, as if everything were always down.",
                seconds(assumptions::RUN_MS),
                assumptions::FURTHER_TARGET_MS
            ),
        ),
        (
            "history",
            format!(
                "one read and one write of each of its parameters in the first runs of each hour, which take {} ms",
                assumptions::HISTORY_MS
            ),
        ),
        (
            "log of a run",
            format!(
                "about {} bytes with one target, {} with 100: the function's own line when every target is up, {} of \
                 Lambda and {} of CloudWatch for each of {} events",
                grouped(one.next_multiple_of(100)),
                grouped(hundred.next_multiple_of(100)),
                assumptions::LAMBDA_LOG_BYTES,
                assumptions::EVENT_BYTES,
                assumptions::EVENTS
            ),
        ),
        (
            "stored logs",
            "what was logged in `log_retention_days`; it is compressed, but is counted as if it were not"
                .to_owned(),
        ),
        (
            "secrets",
            format!(
                "read {} times a month, to send notifications and by `plan` and `up`; with secret headers, Access tokens \
                 or a secret heartbeat also once for each new environment, of which there is one every {} minutes or \
                 for each run, if runs are further apart",
                assumptions::OTHER_SECRET_READS,
                assumptions::ENVIRONMENT_S / 60
            ),
        ),
        (
            "data sent",
            format!(
                "{} bytes for each target in each run, and for a heartbeat",
                grouped(assumptions::PROBE_BYTES)
            ),
        ),
    ];
    let cron = ("cron schedules", "the average of the months in which there is a run".to_owned());
    let rows = rows.into_iter().chain(assumed_of_page()).chain([cron]);
    table(&["what", "assumed"], rows.map(|(what, assumed)| vec![what.to_owned(), assumed]))
}

/// What is assumed about the status page.
fn assumed_of_page() -> [(&'static str, String); 3] {
    [
        (
            "visitors of the status page",
            format!(
                "{} requests a month, which take {} ms, and {} ms for each call that reads up to {} parameters; each \
                 sends the largest answer",
                grouped(assumptions::PAGE_REQUESTS),
                assumptions::PAGE_MS,
                assumptions::PAGE_CALL_MS,
                NAMES_A_CALL
            ),
        ),
        (
            "the largest answer",
            format!(
                "{} bytes of HTML for up to 20 public targets and {} for each further one, or a full feed or JSON with \
                 everything down, if names are so long that it is larger; {} bytes for a handshake and headers; and {} % \
                 for the headers of packets",
                grouped(max_bytes(20) as u64),
                grouped((max_bytes(21) - max_bytes(20)) as u64),
                grouped(assumptions::ANSWER_BYTES),
                100 / assumptions::BYTES_A_HEADER_BYTE
            ),
        ),
        (
            "a flood",
            format!(
                "{} requests a second for each reserved concurrent run, all month, without a pause between them; all data \
                 at the price of the first 10 TB; each environment reads every {} seconds and logs a failure to read \
                 once a minute",
                assumptions::REQUESTS_A_SECOND,
                EVERY.as_secs()
            ),
        ),
    ]
}
