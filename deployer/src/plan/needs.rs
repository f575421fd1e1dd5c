//! The order of a plan: which step waits for which. It is decided here; applying a plan only follows it.
//!
//! In a deployment, a function waits for its own role and log group and for the parameters; a function URL and a schedule
//! wait for their own function; obsolete resources are deleted when everything else is done. In a removal, the resources
//! that a function needs are deleted after it, and its URL before it.

use plexmon_function::contract::history::Place;

use super::roles::OfPage;
use super::{Action, Change, Delta, Need, Step};
use crate::names::parameters::{Contents, contents, state_parameter};
use crate::names::{Names, log_group};
use crate::resource::{Blocks, Dependency, ResourceKind, Until, is_same};
use crate::resources::{Function, FunctionUrl, LogGroup, Schedule};

/// Return the steps with their needs, sorted so that each one comes after those that it needs.
///
/// `functions` are the desired ones; without any, the whole deployment is removed.
pub(super) fn in_order(steps: Vec<Step>, functions: &[Function], names: &Names) -> Vec<Step> {
    let (state, page) = (names.state_parameter.as_str(), OfPage(names));
    let order = Order { steps: &steps, functions, state, page };
    let needs: Vec<Vec<Dependency>> = (0..steps.len()).map(|index| order.needs(index)).collect();
    let is_removal = functions.is_empty();
    let mut sorted: Vec<usize> = (0..steps.len()).collect();
    sorted
        .sort_by_key(|index| (depth(&needs, *index), if is_removal { rank(steps[*index].kind) } else { 0 }));
    let position = |step: usize| sorted.iter().position(|index| *index == step).unwrap_or_default();
    let need = |dependency: &Dependency| {
        let Step { action, kind, name, region, .. } = steps[dependency.step].clone();
        let Dependency { step, until, blocks } = *dependency;
        Need { step: position(step), action, kind, name, region, until, blocks }
    };
    let with_needs = |index: &usize| {
        let mut needs: Vec<Need> = needs[*index].iter().map(need).collect();
        needs.sort_by_key(|need| need.step);
        Step { needs, ..steps[*index].clone() }
    };
    sorted.iter().map(with_needs).collect()
}

/// The length of the longest chain of steps before this one.
fn depth(needs: &[Vec<Dependency>], index: usize) -> usize {
    needs[index].iter().map(|need| depth(needs, need.step) + 1).max().unwrap_or_default()
}

/// The order of kinds in a removal: the reverse of the order in which they are planned.
fn rank(kind: ResourceKind) -> u8 {
    match kind {
        ResourceKind::Schedule | ResourceKind::FunctionUrl => 0,
        ResourceKind::Function => 1,
        ResourceKind::Role | ResourceKind::LogGroup | ResourceKind::Parameter | ResourceKind::Secret => 2,
    }
}

/// What a step is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// A resource is created or changed.
    Makes,
    /// A resource, or our share of it, is removed.
    Removes,
    /// A function is deleted in order to be recreated.
    Replaces,
    /// A function's tag no longer names a previous state, or a role's tags a previous region.
    Forgets,
}

struct Order<'a> {
    steps: &'a [Step],
    functions: &'a [Function],
    /// The state parameter's current name.
    state: &'a str,
    page: OfPage<'a>,
}

impl Order<'_> {
    fn needs(&self, index: usize) -> Vec<Dependency> {
        let step = &self.steps[index];
        match (self.purpose(step), &step.change) {
            (Purpose::Replaces, _) => Vec::new(),
            // Several functions may forget the same state: these steps do not wait for each other.
            (Purpose::Forgets, _) => self.all(Until::Done, |other| self.purpose(other) != Purpose::Forgets),
            (Purpose::Removes, _) => self.removal(step),
            (Purpose::Makes, Change::Function(delta)) => self.function(delta.resource()),
            (Purpose::Makes, Change::FunctionUrl(delta)) => self.function_url(delta.resource()),
            (Purpose::Makes, Change::Schedule(delta)) => self.schedule(delta.resource(), step.action),
            (Purpose::Makes, Change::LogGroup(delta)) if self.page.is_name(&delta.resource().name) => {
                self.trace(step.action)
            }
            (
                Purpose::Makes,
                Change::Role(_) | Change::LogGroup(_) | Change::Parameter(_) | Change::Secret(_),
            ) => Vec::new(),
        }
    }

    /// A function needs its own role and log group, and the parameters if it has a state. It does not wait for the
    /// history, of which there may be many parameters, and which the monitor creates; nor for the announcements.
    fn function(&self, function: &Function) -> Vec<Dependency> {
        let mut needs = self.all(Until::Effective, |step| {
            self.purpose(step) == Purpose::Makes
                && match &step.change {
                    Change::Role(delta) => function.assumes(&delta.resource().name),
                    Change::LogGroup(delta) => is_log_group_of(delta.resource(), function),
                    Change::Parameter(delta) => {
                        function.state.is_some() && contents(&delta.resource().name) == Contents::State
                    }
                    Change::Secret(_) => function.state.is_some(),
                    Change::Function(_) | Change::FunctionUrl(_) | Change::Schedule(_) => false,
                }
        });
        needs.extend(self.all(Until::Done, |step| {
            self.purpose(step) == Purpose::Replaces && step.function().is_some_and(|it| is_same(it, function))
        }));
        needs
    }

    /// A URL needs its complete function: with its reserved concurrency, the cap on what a flood of visitors can cost.
    fn function_url(&self, url: &FunctionUrl) -> Vec<Dependency> {
        self.all(Until::Done, |step| {
            self.purpose(step) == Purpose::Makes && step.function().is_some_and(|it| url.serves(it))
        })
    }

    /// The first resource of the page in a region needs the tag of its role, by which it is found whatever happens next.
    fn trace(&self, action: Action) -> Vec<Dependency> {
        let is_trace = |step: &Step| matches!(step.change, Change::Role(_)) && self.page.is_role(&step.name);
        match action {
            Action::Create => {
                self.all(Until::Effective, |step| self.purpose(step) == Purpose::Makes && is_trace(step))
            }
            Action::Update | Action::Delete => Vec::new(),
        }
    }

    /// A schedule needs its function, which has to be able to run. A new rule can be created before that.
    fn schedule(&self, schedule: &Schedule, action: Action) -> Vec<Dependency> {
        let mut needs = self.all(Until::Effective, |step| {
            self.purpose(step) == Purpose::Makes && step.function().is_some_and(|it| schedule.runs(it))
        });
        if needs.is_empty() {
            let function = self.functions.iter().find(|function| schedule.runs(function));
            needs = function.map(|function| self.function(function)).unwrap_or_default();
        }
        if action == Action::Create {
            needs.iter_mut().for_each(|need| need.blocks = Blocks::Rest);
        }
        needs
    }

    fn removal(&self, step: &Step) -> Vec<Dependency> {
        // Obsolete resources are deleted when everything else exists.
        let mut needs = self.all(Until::Done, |other| self.purpose(other) == Purpose::Makes);
        needs.extend(match &step.change {
            Change::LogGroup(delta) => self.before_log_group(delta.resource()),
            Change::Secret(_) => self.before_parameters(),
            Change::Parameter(delta) => {
                let mut needs = self.before_parameters();
                needs.extend(self.parts_of(&delta.resource().name));
                needs
            }
            Change::Function(delta) => self.before_function(delta.resource()),
            // Its tags are the only record of the regions in which the page is.
            Change::Role(delta) if self.page.is_role(&delta.resource().name) => {
                self.all(Until::Done, |other| self.removes(other) && self.page.is_name(&other.name))
            }
            Change::FunctionUrl(_) | Change::Schedule(_) | Change::Role(_) => Vec::new(),
        });
        needs
    }

    /// A function that is deleted must not be reachable any more, nor be the last record of parameters.
    fn before_function(&self, function: &Function) -> Vec<Dependency> {
        let is_of = |step: &Step| matches!(&step.change, Change::FunctionUrl(delta) if delta.resource().serves(function));
        let mut needs = self.all(Until::Effective, |other| self.removes(other) && is_of(other));
        if self.is_trace(function) {
            needs.extend(self.all(Until::Done, |other| {
                matches!(other.change, Change::Parameter(_) | Change::Secret(_)) && self.removes(other)
            }));
        }
        needs
    }

    /// Nothing may write into a log group once it is deleted.
    fn before_log_group(&self, group: &LogGroup) -> Vec<Dependency> {
        let of_group = |function: &Function| is_log_group_of(group, function);
        let functions = self.steps.iter().filter_map(Step::function).filter(|function| of_group(function));
        let functions: Vec<&Function> = functions.collect();
        self.all(Until::Effective, |step| {
            self.removes(step)
                && match &step.change {
                    Change::Function(delta) => of_group(delta.resource()),
                    Change::Schedule(delta) => {
                        let schedule = delta.resource();
                        schedule.region == group.region && log_group(&schedule.function) == group.name
                    }
                    Change::Role(delta) => {
                        let role = &delta.resource().name;
                        !self.page.is_role(role) && functions.iter().any(|function| function.assumes(role))
                    }
                    Change::FunctionUrl(_)
                    | Change::LogGroup(_)
                    | Change::Parameter(_)
                    | Change::Secret(_) => false,
                }
        })
    }

    /// With the whole deployment, parameters are deleted after everything that could write them again; but before a
    /// function whose tag is the only record of them.
    fn before_parameters(&self) -> Vec<Dependency> {
        if !self.functions.is_empty() {
            return Vec::new();
        }
        self.all(Until::Effective, |step| {
            self.removes(step)
                && match &step.change {
                    Change::Function(delta) => !self.is_trace(delta.resource()),
                    // The page writes no parameter.
                    Change::Role(delta) => !self.page.is_role(&delta.resource().name),
                    Change::Schedule(_) => true,
                    Change::FunctionUrl(_)
                    | Change::LogGroup(_)
                    | Change::Parameter(_)
                    | Change::Secret(_) => false,
                }
        })
    }

    /// The value of a state says how many parts there are, and how many parameters the history has: it is deleted after
    /// them, even if the run is interrupted. The history's first parameter is found without it.
    fn parts_of(&self, state: &str) -> Vec<Dependency> {
        let first = Place::Number(0).parameter(state);
        let is_part = |name: &str| name != state && name != first && state_parameter(name) == state;
        self.all(Until::Done, |step| {
            matches!(step.change, Change::Parameter(_)) && self.removes(step) && is_part(&step.name)
        })
    }

    /// Whether a function that is removed names a previous state in its tag, whose parameters are removed as well.
    fn is_trace(&self, function: &Function) -> bool {
        let Some(state) = function.state.as_deref().filter(|state| *state != self.state) else {
            return false;
        };
        self.functions.is_empty()
            && self.steps.iter().any(|step| {
                matches!(step.change, Change::Parameter(_)) && state_parameter(&step.name) == state
            })
    }

    fn removes(&self, step: &Step) -> bool {
        self.purpose(step) == Purpose::Removes
    }

    fn purpose(&self, step: &Step) -> Purpose {
        let is_created = |other: &Step| other.action == Action::Create && other.concerns_the_same_as(step);
        match &step.change {
            Change::Function(Delta::Delete(_)) if self.steps.iter().any(is_created) => Purpose::Replaces,
            _ if step.action == Action::Delete => Purpose::Removes,
            // A rule that is kept for others loses our target.
            Change::Schedule(Delta::Update { to, .. }) if to.target.is_none() => Purpose::Removes,
            // A role that is kept for other regions loses ours.
            Change::Role(Delta::Update { from, to })
                if from.regions.missing_in(&to.regions).next().is_some() =>
            {
                if self.functions.is_empty() {
                    Purpose::Removes
                } else {
                    Purpose::Forgets
                }
            }
            Change::Function(Delta::Update { from, to }) if self.forgets(from, to) => Purpose::Forgets,
            _ => Purpose::Makes,
        }
    }

    fn forgets(&self, from: &Function, to: &Function) -> bool {
        let is_left = |step: &Step, state: &str| {
            step.action == Action::Delete
                && matches!(step.change, Change::Parameter(_))
                && state_parameter(&step.name) == state
        };
        from.state != to.state
            && from.state.as_deref().is_some_and(|state| self.steps.iter().any(|step| is_left(step, state)))
    }

    fn all(&self, until: Until, is_needed: impl Fn(&Step) -> bool) -> Vec<Dependency> {
        let needed = self.steps.iter().enumerate().filter(|(_, step)| is_needed(step));
        needed.map(|(step, _)| Dependency { step, until, blocks: Blocks::Start }).collect()
    }
}

fn is_log_group_of(group: &LogGroup, function: &Function) -> bool {
    group.region == function.region && group.name == log_group(&function.name)
}
