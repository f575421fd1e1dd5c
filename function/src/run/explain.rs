//! Asks the status page of the service behind an app that fails whether the service itself reports an incident. It is
//! asked once for an outage, and beside the probes: nothing waits for its answer.

use std::cell::RefCell;
use std::time::Duration;

use tokio::sync::Notify;

use super::prober::Prober;
use crate::contract::settings::{CloudStatus, Target};
use crate::contract::state::{State, Status};
use crate::probe::{Finding, Incident, Level, Observation, Verdict};

/// The limit for one answer.
const LIMIT: Duration = Duration::from_secs(10);

/// The questions of one run.
pub(super) struct Explanations<'a, P> {
    prober: &'a P,
    /// What a warm environment remembers of the last run. A new one knows nothing, and asks once more.
    known: Option<&'a State>,
    questions: RefCell<Vec<Question>>,
    is_asked: Notify,
}

struct Question {
    status: CloudStatus,
    incident: Option<Incident>,
}

impl<'a, P: Prober> Explanations<'a, P> {
    pub(super) fn new(prober: &'a P, known: Option<&'a State>) -> Self {
        Self { prober, known, questions: RefCell::default(), is_asked: Notify::new() }
    }

    /// Ask about a target, if it fails and this run may notify that.
    pub(super) fn consider(&self, target: &Target, seen: &Observation) {
        let Some(status) = &target.cloud_status else { return };
        let mut questions = self.questions.borrow_mut();
        let is_asked = questions.iter().any(|question| question.status.url == status.url);
        if !is_asked && self.is_new(target, seen) {
            questions.push(Question { status: status.clone(), incident: None });
            self.is_asked.notify_one();
        }
    }

    /// Return whether it fails, and this is not notified yet but may be after this run.
    fn is_new(&self, target: &Target, seen: &Observation) -> bool {
        let known = self.known.and_then(|state| state.target(&target.name));
        let is_enough = |runs: Option<u32>| runs.unwrap_or_default().saturating_add(1) >= target.down_after;
        if seen.verdict() == Verdict::Down {
            let is_down = known.is_some_and(|known| known.status == Status::Down);
            let runs = known.and_then(|known| known.pending).map(|pending| pending.runs);
            return !is_down && (known.is_none() || is_enough(runs));
        }
        seen.secret_refused
            && seen.findings.iter().filter(|finding| finding.level == Level::NotMet).any(|finding| {
                let warning = known.and_then(|known| known.warnings.get(&finding.key));
                !warning.is_some_and(|warning| warning.active)
                    && (known.is_none() || is_enough(warning.map(|warning| warning.runs)))
            })
    }

    /// Do some work, and ask meanwhile.
    pub(super) async fn beside<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = self.ask() => {}
        }
        work.await
    }

    /// Ask one question after the other. This never ends.
    async fn ask(&self) {
        for next in 0.. {
            let status = loop {
                let question = self.questions.borrow().get(next).map(|question| question.status.clone());
                match question {
                    Some(status) => break status,
                    None => self.is_asked.notified().await,
                }
            };
            let incident = self.prober.incident(&status, LIMIT).await;
            if let Some(question) = self.questions.borrow_mut().get_mut(next) {
                question.incident = incident;
            }
        }
    }

    /// Add what was answered to the observations of targets that fail.
    pub(super) fn explain(&self, targets: &[Target], observations: &mut [Observation]) {
        let questions = self.questions.borrow();
        for seen in observations {
            let target = targets.iter().find(|target| target.name == seen.target);
            let Some(status) = target.and_then(|target| target.cloud_status.as_ref()) else { continue };
            let answered = questions.iter().find(|question| question.status == *status);
            let Some(incident) = answered.and_then(|question| question.incident.clone()) else { continue };
            if seen.verdict() == Verdict::Down {
                seen.incident = Some(incident);
            } else if seen.secret_refused {
                let is_not_met = |finding: &&mut Finding| finding.level == Level::NotMet;
                for finding in seen.findings.iter_mut().filter(is_not_met) {
                    finding.why = format!("{}. {incident}", finding.why);
                }
            }
        }
    }
}
