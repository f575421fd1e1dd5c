//! Reads metrics line by line as they arrive, and keeps nothing but the worst series of each condition.

use super::line::{self, Sample};
use crate::contract::settings::MetricCondition;
use crate::probe::condition::judgement::Judgement;
use crate::probe::condition::limits::{self, Compared};
use crate::probe::condition::moment;
use crate::probe::finding::Level;
use crate::probe::received::Unread;
use crate::text::bounded;

/// A longer line is skipped.
const MAX_LINE_BYTES: usize = 16 * 1024;

/// The labels of a series in messages are at most this long, so that the value has room.
const MAX_LABELS_CHARS: usize = 100;

/// Reads metrics in pieces of any size.
pub(in crate::probe) struct MetricReader<'a> {
    watched: Vec<Watched<'a>>,
    now: u64,
    /// The beginning of a line whose end has not arrived.
    pending: Vec<u8>,
    /// Whether the current line is too long.
    is_skipping: bool,
    /// Whether a line was too long, so that anything may have been in it.
    has_skipped: bool,
    has_samples: bool,
    /// Whether `# EOF` has arrived, after which OpenMetrics has nothing.
    has_ended: bool,
}

/// A condition, and what was found so far.
struct Watched<'a> {
    condition: &'a MetricCondition,
    /// How many series meet its labels.
    count: usize,
    /// Whether the metric has other series.
    has_others: bool,
    worst: Option<(Compared<'a>, String)>,
    /// Whether the last line was of this metric: its series are in one group, and more may follow.
    is_open: bool,
}

impl<'a> MetricReader<'a> {
    pub(in crate::probe) fn new(conditions: &'a [MetricCondition], now: u64) -> Self {
        let watched =
            |condition| Watched { condition, count: 0, has_others: false, worst: None, is_open: false };
        Self {
            watched: conditions.iter().map(watched).collect(),
            now,
            pending: Vec::new(),
            is_skipping: false,
            has_skipped: false,
            has_samples: false,
            has_ended: false,
        }
    }

    /// Read the next piece.
    pub(in crate::probe) fn feed(&mut self, mut piece: &[u8]) {
        if self.watched.is_empty() {
            return;
        }
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            self.extend(&piece[..end]);
            piece = &piece[end + 1..];
            self.end_line();
        }
        self.extend(piece);
    }

    /// Judge all conditions, in their order. What follows the last line break counts if nothing is unread.
    pub(in crate::probe) fn finish(mut self, unread: Option<&Unread>) -> Vec<Judgement> {
        if unread.is_none() {
            self.end_line();
        }
        let unread = unread.filter(|_| !self.has_ended);
        self.watched.iter().map(|watched| self.judge(watched, unread)).collect()
    }

    fn extend(&mut self, part: &[u8]) {
        if self.is_skipping || self.pending.len() + part.len() > MAX_LINE_BYTES {
            self.is_skipping = true;
            self.has_skipped = true;
            self.pending.clear();
        } else {
            self.pending.extend_from_slice(part);
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.pending);
        if !std::mem::take(&mut self.is_skipping) && !self.has_ended {
            self.read_line(line.trim_ascii());
        }
        // Its memory is used again.
        self.pending = line;
        self.pending.clear();
    }

    fn read_line(&mut self, line: &[u8]) {
        if line.is_empty() {
            return;
        }
        if line.starts_with(b"#") {
            self.has_ended = line == b"# EOF";
            return;
        }
        let name = line::name(line);
        let may_be_watched =
            name.is_empty() || self.watched.iter().any(|watched| watched.condition.name.as_bytes() == name);
        if !may_be_watched && self.has_samples {
            self.watched.iter_mut().for_each(|watched| watched.is_open = false);
            return;
        }
        if let Some(sample) = line::parse(line) {
            // Two words are no sample.
            self.has_samples |= !sample.value.is_nan();
            let now = self.now;
            self.watched.iter_mut().for_each(|watched| watched.add(&sample, now));
        }
    }

    fn judge(&self, watched: &Watched<'a>, unread: Option<&Unread>) -> Judgement {
        let name = watched.name();
        let not_read = || match unread {
            Some(unread) => Some(Judgement::unread(unread)),
            None if self.has_skipped => {
                Some(Judgement::unknown("the body has a line that is too long to be read"))
            }
            None => None,
        };
        let Some((worst, labels)) = &watched.worst else {
            return not_read().unwrap_or_else(|| {
                Judgement::not_met(if !self.has_samples {
                    "the body is not in Prometheus' text format".to_owned()
                } else if watched.has_others {
                    format!("{name}: no series with these labels")
                } else {
                    format!("{name}: not in the body")
                })
            });
        };
        if worst.level != Level::NotMet
            && watched.is_open
            && let Some(unknown) = not_read()
        {
            return unknown;
        }
        let name = if watched.count > 1 && !labels.is_empty() { format!("{name} ({labels})") } else { name };
        worst.judgement(&name)
    }
}

impl Watched<'_> {
    /// Return what messages call the metric.
    fn name(&self) -> String {
        self.condition.label.clone().unwrap_or_else(|| format!("`{}`", self.condition.name))
    }

    fn add(&mut self, sample: &Sample<'_>, now: u64) {
        let condition = self.condition;
        self.is_open = *sample.name == *condition.name.as_bytes();
        if !self.is_open {
            return;
        }
        // A label that a series does not have is the same as an empty one.
        let has = |(name, value): (&String, &String)| {
            let found = sample.labels.iter().find(|(label, _)| **label == *name.as_bytes());
            found.map_or(&b""[..], |(_, value)| value) == value.as_bytes()
        };
        if !condition.labels.iter().all(has) {
            self.has_others = true;
            return;
        }
        self.count += 1;
        let mut compared = limits::compare(&condition.limits, sample.value);
        if let Some(max_age_s) = condition.limits.newer_than_s {
            compared = limits::age(max_age_s, moment::of_number(sample.value), now).worse(compared);
        }
        let is_worse = match &self.worst {
            Some((worst, _)) => compared.is_worse_than(worst),
            None => true,
        };
        if is_worse {
            self.worst = Some((compared, shown_labels(sample, condition)));
        }
    }
}

/// Return the labels by which a series differs from others of the condition: `mountpoint="/data", device="sda1"`.
fn shown_labels(sample: &Sample<'_>, condition: &MetricCondition) -> String {
    let mut shown = String::new();
    for (name, value) in &sample.labels {
        let (name, value) = (String::from_utf8_lossy(name), String::from_utf8_lossy(value));
        if !condition.labels.contains_key(&*name) && shown.len() <= MAX_LABELS_CHARS {
            let comma = if shown.is_empty() { "" } else { ", " };
            shown += &format!("{comma}{name}=\"{}\"", bounded(&value, MAX_LABELS_CHARS));
        }
    }
    bounded(&shown, MAX_LABELS_CHARS)
}

#[cfg(test)]
mod tests;
