//! Which steps wait for which: their waves, and what of a wave the next ones wait for.

use super::{Action, Change, Delta, Planner, Step};
use crate::names::is_derived;
use crate::resource::Kind;

/// When a step begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Start {
    /// Without waiting for anything; only what builds on others waits for its wave.
    AtOnce,
    /// When what earlier waves make is there, or what they remove is gone, even if something is left to be done on it.
    #[default]
    InTurn,
    /// When earlier waves have ended.
    AfterAll,
}

/// After everything else.
pub(super) const LAST: u8 = 5;

impl Planner<'_> {
    /// Going up, the role comes before the function and the function before the schedule, but for its rule; going down,
    /// what the function needs goes after it.
    pub(super) fn order(&mut self, up: bool, old: &[String]) {
        let removed = |step: &Step| step.action == Action::Delete && step.kind == Kind::Parameter;
        let with_parts = self.plan.steps.iter().any(|step| removed(step) && is_derived(&step.name));
        let replaced = |step: &Step| step.action == Action::Delete && step.kind == Kind::Function;
        let is_replaced = up && self.plan.steps.iter().any(replaced);
        // The function's tag is the only trace of parameters under an earlier name.
        let with_old = !up && self.plan.steps.iter().any(|step| old.contains(&step.name));
        for step in &mut self.plan.steps {
            let takes_away = step.action == Action::Delete || step.takes_target_away();
            (step.wave, step.start) = match (step.kind, takes_away) {
                (Kind::Function, _) if with_old => (3, Start::AfterAll),
                (Kind::LogGroup, _) if with_old => (4, Start::InTurn),
                (Kind::Schedule | Kind::Function | Kind::Role, _) if !up => (0, Start::InTurn),
                _ if !up => (1, Start::InTurn),
                // A function that is replaced goes first; what is superfluous goes when all else stands.
                (Kind::Function, true) => (0, Start::InTurn),
                (_, true) => (3, Start::AfterAll),
                (Kind::Function, false) if is_replaced => (1, Start::AfterAll),
                (Kind::Function, false) => (1, Start::InTurn),
                (Kind::Schedule, false) if step.action == Action::Create => (2, Start::AtOnce),
                (Kind::Schedule, false) => (2, Start::InTurn),
                (Kind::Role | Kind::LogGroup | Kind::Parameter | Kind::Secret, false) => (0, Start::InTurn),
            };
            // What it holds tells how many further ones there are: it goes after them, whatever interrupts us.
            if with_parts && removed(step) && !is_derived(&step.name) {
                (step.wave, step.start) = (step.wave + 1, Start::AfterAll);
            }
        }
        let rank = |kind: Kind| match kind {
            Kind::Schedule => 0,
            Kind::Function => 1,
            _ => 2,
        };
        // Going down, the reverse of the order in which they were considered.
        self.plan.steps.sort_by_key(|step| (step.wave, if up { 0 } else { rank(step.kind) }));
    }
}

impl Step {
    /// Of a rule that stays for others, only our target goes.
    fn takes_target_away(&self) -> bool {
        matches!(&self.change, Change::Schedule(Delta::Update { to, .. }) if to.target.is_none())
    }
}
