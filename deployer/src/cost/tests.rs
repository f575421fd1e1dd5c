//! Estimates of whole configurations, and that more use never costs less.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

mod page;

use super::*;
use crate::config::{FunctionConfig, Schedule, SecretLookup};
use crate::names::{Account, LambdaKind, LambdaNames};
use crate::resource::Blueprint;

/// 2026-11-03 10:05 UTC.
const NOW: u64 = 1_793_700_300;

/// A configuration with this many targets.
fn config(top: &str, targets: usize, tables: &str) -> Config {
    let mut text = format!("{top}\n");
    for number in 0..targets {
        let _ = write!(text, "[[target]]\nname = \"t{number}\"\nurl = \"https://t{number}.example.com\"\n");
    }
    Config::parse(&format!("{text}{tables}"), Path::new("config.toml")).unwrap()
}

/// The usual one, with a channel and thus a secret.
fn usual() -> Config {
    config("", 1, "[notify.discord]\nurl = { env = \"A\" }\n")
}

fn stack(config: &Config, names: &Names) -> Stack {
    let account = Account::from_caller("arn:aws:iam::123456789012:user/me", "123456789012", "eu-central-1");
    let missing = SecretLookup::Missing(vec!["A".to_owned()]);
    let secrets = if config.secrets.is_empty() { &SecretLookup::NoneConfigured } else { &missing };
    Stack::desired(&Blueprint {
        config,
        names,
        account: &account,
        secrets,
        code: "code",
        account_closes: None,
        secret_path: None,
    })
}

fn names(config: &Config) -> Names {
    Names::new(config, "eu-central-1")
}

/// What the configuration costs when it is deployed.
fn cost(config: &Config) -> Estimate {
    with(config, |_| {})
}

/// The same, with a change of the stack.
fn with(config: &Config, change: impl FnOnce(&mut Stack)) -> Estimate {
    let names = names(config);
    let mut stack = stack(config, &names);
    change(&mut stack);
    estimate(config, &names, &stack, NOW).unwrap()
}

fn summary(config: &Config) -> String {
    cost(config).to_string().lines().next().unwrap().to_owned()
}

fn used(estimate: &Estimate, item: Item) -> Quantity {
    estimate.parts.iter().find(|part| part.item == item).unwrap().used
}

#[test]
fn a_check_every_five_minutes_is_within_the_allowances() {
    insta::assert_snapshot!(cost(&usual()).text(crate::text::Paint::Plain, crate::text::Details::Shown), @"
    $0.00 a month within AWS's always-free allowances (0.9 % of the requests, 0.3 % of the compute time); $0.03 without them
      requests: 8,766 of 1,000,000 requests (0.9 %); less than $0.01 without the allowance
      compute time: 1,128 of 400,000 GB-seconds (0.3 %); $0.02 without the allowance
      KMS requests: 30 of 20,000 requests (0.2 %); less than $0.01 without the allowance
      logs: 0.011 of 5 GB (0.2 %); less than $0.01 without the allowance
      outgoing data: 0.018 of 100 GB (less than 0.1 %); less than $0.01 without the allowance
      SSM calls: 18,992 calls, which are free
      scheduled events: 8,766 events, which are free
      at most $0.00 if every run lasts until its timeout
      list prices for us-east-1, 2026-11-26; everything in the account shares the allowances
    ");
}

#[test]
fn what_exceeds_an_allowance_is_named_with_the_largest_first() {
    let large = |top: &str, function: &str| summary(&config(top, 500, &format!("[function]\n{function}")));
    let every_minute = "schedule = \"rate(1 minute)\"";
    insta::assert_snapshot!(large(every_minute, "memory_mb = 1024"), @"$2.42 a month beyond AWS's always-free allowances: $2.42 for compute time (136 % of the allowance); $13.86 without them");
    insta::assert_snapshot!(large(every_minute, "memory_mb = 1024\narchitecture = \"arm64\""), @"$1.94 a month beyond AWS's always-free allowances: $1.94 for compute time (136 % of the allowance); $12.05 without them");
    insta::assert_snapshot!(large(every_minute, "memory_mb = 10240\nlog_retention_days = 3653"), @"$90.63 a month beyond AWS's always-free allowances: $84.19 for compute time (1,363 % of the allowance), $6.44 for logs (3,890 % of the allowance); $101.40 without them");
    insta::assert_snapshot!(large("schedule = \"rate(5 minutes)\"", "memory_mb = 1024"), @"$0.00 a month within AWS's always-free allowances (40.0 % of the compute time, 9.4 % of the logs); $3.62 without them");
}

#[test]
fn a_check_once_a_day_costs_less_than_a_cent_even_without_the_allowances() {
    insta::assert_snapshot!(summary(&config("schedule = \"cron(0 8 * * ? *)\"", 1, "")), @"$0.00 a month within AWS's always-free allowances (less than 0.1 % of each); less than $0.01 without them");
}

#[test]
fn a_schedule_that_is_disabled_or_has_ended_costs_nothing() {
    let config = usual();
    let disabled = with(&config, |stack| {
        for rule in stack.schedules.iter_mut().filter_map(|schedule| schedule.rule.as_mut()) {
            rule.enabled = false;
        }
    });
    assert_eq!(used(&disabled, Item::Requests), Quantity::ZERO);
    assert_eq!(disabled.charge(), Usd::ZERO);
    let ended = config_with_schedule("cron(0 8 * * ? 2020-2025)");
    assert_eq!(cost(&ended).list_price(), Usd::ZERO);
    insta::assert_snapshot!(summary(&ended), @"$0.00 a month: the schedule starts no runs");
}

fn config_with_schedule(expression: &str) -> Config {
    config(&format!("schedule = \"{expression}\""), 1, "")
}

#[test]
fn of_a_removed_deployment_only_kept_logs_are_stored() {
    let config = usual();
    let nothing = with(&config, |stack| *stack = Stack::nothing());
    assert!(nothing.parts.iter().all(|part| part.used == Quantity::ZERO));
    let logs = with(&config, |stack| {
        *stack = Stack { log_groups: stack.log_groups.clone(), ..Stack::nothing() };
    });
    for part in &logs.parts {
        assert_eq!(part.used > Quantity::ZERO, part.item == Item::Logs, "{part:?}");
    }
    assert!(used(&logs, Item::Logs) < used(&cost(&config), Item::Logs));
}

#[test]
fn resources_of_others_do_not_count() {
    let theirs = with(&usual(), |stack| {
        stack.functions[0].owner = Some("other".to_owned());
        stack.log_groups[0].owner = None;
    });
    assert_eq!(theirs.list_price(), Usd::ZERO);
}

/// Allowances are for the account: a second function does not get its own.
#[test]
fn functions_in_several_regions_share_the_allowances() {
    let config = config("schedule = \"rate(1 minute)\"", 100, "[function]\nmemory_mb = 2048\n");
    let mut names = names(&config);
    let one = estimate(&config, &names, &stack(&config, &names), NOW).unwrap();
    assert_eq!(one.charge(), Usd::ZERO);
    names.others.push(LambdaNames::new(LambdaKind::Monitor, "second", "us-east-1").scheduled());
    let two = estimate(&config, &names, &stack(&config, &names), NOW).unwrap();
    assert!(two.charge() > Usd::ZERO, "{two}");
    assert_eq!(used(&two, Item::Requests), Quantity::whole(2 * 43_830));
    names.others[0].schedule = None;
    let idle = estimate(&config, &names, &stack(&config, &names), NOW).unwrap();
    assert_eq!(idle.charge(), Usd::ZERO);
    assert_eq!(used(&idle, Item::Requests), Quantity::whole(43_830));
}

#[test]
fn secrets_are_decrypted_for_messages_and_once_in_each_new_environment_that_needs_them() {
    let every_minute = "schedule = \"rate(1 minute)\"";
    let header = "headers = { A = { env = \"A\" } }\n";
    let channel = "[notify.discord]\nurl = { env = \"A\" }\n";
    let heartbeat = "[heartbeat]\nurl = { env = \"A\" }\n";
    for (config, reads) in [
        (config(every_minute, 1, ""), 0),
        (config(every_minute, 1, "[heartbeat]\nurl = \"https://hc.example.com\"\n"), 0),
        (config(every_minute, 1, channel), 30),
        (config(every_minute, 1, header), 731 + 30),
        (config(every_minute, 1, heartbeat), 731 + 30),
        (config("schedule = \"rate(1 day)\"", 1, &format!("{header}{channel}{heartbeat}")), 31 + 30),
        (config("schedule = \"rate(20 days)\"", 1, channel), 2),
    ] {
        assert_eq!(used(&cost(&config), Item::KmsRequests), Quantity::whole(reads), "{config:?}");
    }
}

#[test]
fn a_run_takes_no_longer_than_its_timeout() {
    let estimate = cost(&config("", 500, "[function]\ntimeout_s = 20\n"));
    let (expected, longest) =
        (estimate.list_price(), estimate.longest.iter().map(|part| part.list_price).sum());
    assert!(expected < longest);
    let many = cost(&config("", 500, "[function]\ntimeout_s = 16\n[defaults]\ntimeout_s = 1\n"));
    assert!(many.charge() <= many.longest_charge());
}

/// A smaller interval, more memory and more targets never cost less, with or without the allowances.
#[test]
fn more_never_costs_less() {
    let intervals =
        ["20 days", "1 day", "7 hours", "1 hour", "30 minutes", "7 minutes", "2 minutes", "1 minute"];
    let schedules = intervals.map(|interval| Schedule::parse(&format!("rate({interval})")).unwrap());
    let memory = [128, 129, 1024, 1769, 10_240];
    let configs = [1, 2, 10, 100, 101, 400].map(|targets| config("", targets, ""));
    let names = configs.each_ref().map(names);
    let mut costs = BTreeMap::new();
    for (interval, schedule) in schedules.iter().enumerate() {
        for (size, memory_mb) in memory.into_iter().enumerate() {
            for (count, config) in configs.iter().enumerate() {
                let function = FunctionConfig { memory_mb, ..config.function.clone() };
                let config = Config { schedule: schedule.clone(), function, ..config.clone() };
                let stack = stack(&config, &names[count]);
                let estimate = estimate(&config, &names[count], &stack, NOW).unwrap();
                let (charge, list, longest) =
                    (estimate.charge(), estimate.list_price(), estimate.longest_charge());
                assert!(charge <= list && charge <= longest, "{estimate}");
                costs.insert([interval, size, count], (charge, list, longest));
            }
        }
    }
    let mut charged = 0;
    for (at, more) in &costs {
        charged += usize::from(more.0 > Usd::ZERO);
        for axis in 0..at.len() {
            let mut before = *at;
            before[axis] = before[axis].wrapping_sub(1);
            let Some(less) = costs.get(&before) else { continue };
            assert!(more.0 >= less.0 && more.1 > less.1 && more.2 >= less.2, "{before:?} -> {at:?}");
        }
    }
    assert!(charged > 5, "some of them exceed an allowance: {charged} of {}", costs.len());
}
