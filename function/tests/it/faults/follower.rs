//! One who hears of one target: what the store has for it, what arrived, and what must not.

use super::judge::Offer;
use super::play::Bounds;
use super::stage::Word;
use super::story::Answer;

/// The same arrives once, and at most twice again.
const MAX_ARRIVALS: usize = 3;

/// News that the store has, and that the channel has not settled yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Queued {
    FirstDown,
    Down,
    Up,
}

/// The last word that arrived.
#[derive(Debug, Clone, Copy, Default)]
struct Heard {
    down: Option<bool>,
    marked: bool,
    /// Told by a run that could not read the state.
    unread: bool,
    env: u32,
    /// The run knew that it had arrived, and a state that knows it was written.
    answered: bool,
    proven: bool,
    /// Something was refused since.
    gap: bool,
}

/// The last word that arrived.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    down: Option<bool>,
    env: u32,
    /// The run that found it.
    run: usize,
}

/// One who hears of one target: what was told, and what is still to be told.
#[derive(Debug, Clone, Default)]
pub struct Follower {
    kept_down: Option<bool>,
    queued: Vec<Queued>,
    heard: Heard,
    /// What arrived, and may arrive again because nobody knows.
    unproven: Vec<(Word, u64, u32)>,
    /// All that arrived.
    arrived: Vec<(Word, u64)>,
    /// What was refused, and how often.
    refused: Vec<(Word, u64, u32)>,
    /// The last offer was refused, or nobody knows what became of it: the next one comes after a pause.
    waits: bool,
    /// The run that found what was kept last.
    kept_run: usize,
    said: Said,
}

impl Follower {
    /// A word was offered by a run; `run` is the one whose news it is.
    pub fn offered(&mut self, offer: &Offer, run: usize, bounds: Bounds) -> Result<(), String> {
        let Offer { env, word, at, marked, unread, answer, .. } = *offer;
        let is_taken = matches!(answer, Answer::Takes | Answer::TakesSlowly);
        self.waits = !is_taken && (self.waits || answer.refuses() || answer.is_unproven());
        if answer.refuses() {
            match self.refused.iter_mut().find(|known| (known.0, known.1) == (word, at)) {
                Some(known) => known.2 += 1,
                None => self.refused.push((word, at, 1)),
            }
            // What is refused again does not hold up later news, which imply it.
            let is_refused_again = self.refused.iter().any(|known| known.2 >= 2);
            // And a day later it is given up.
            self.heard.gap |= is_refused_again || bounds.aged;
            if is_refused_again && self.queued.len() > 1 {
                let _ = self.settle(word, run);
            }
        }
        if answer.takes() {
            if run >= self.said.run {
                self.said = Said { down: Some(word.is_down()), env, run };
            }
            let known = self.arrived.iter().filter(|known| **known == (word, at)).count();
            if known >= MAX_ARRIVALS && !bounds.unwritten && !bounds.astray {
                return Err("arrives once more than twice again".to_owned());
            }
            let answered = matches!(answer, Answer::Takes | Answer::TakesSlowly);
            self.hear(word, (at, run), Heard { marked, unread, env, answered, ..Heard::default() }, bounds)?;
        }
        Ok(())
    }

    /// At the end everything was told, and the last word is true.
    pub fn end(&self, down: bool, bounds: Bounds) -> Result<(), String> {
        if !bounds.forgot && !bounds.aged && !bounds.worn && !self.queued.is_empty() {
            return Err(format!("never told: {:?}", self.queued));
        }
        if self.misses(down, bounds) {
            return Err(format!("the last word is {:?}, and the truth {down}", self.heard.down));
        }
        Ok(())
    }

    /// Whether it certainly ought to hear something.
    pub fn misses(&self, down: bool, bounds: Bounds) -> bool {
        let last = self.heard.down;
        let is_unsure = bounds.astray || bounds.worn || self.heard.gap;
        !is_unsure && last != Some(down) && !(bounds.aged && last.is_none())
    }

    /// Whether what it misses is only sent again later.
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// Whether it last heard something that this environment cannot know.
    pub fn knows_more(&self, env: u32) -> bool {
        self.said.run > self.kept_run && self.said.env != env
    }

    /// A state is kept that knows what this environment told.
    pub fn proven(&mut self, env: u32) {
        if self.heard.env == env && self.heard.answered {
            self.heard.proven = true;
            self.unproven.retain(|(_, _, other)| *other != env);
        }
    }

    /// The store has taken a state that knows this.
    pub fn keep(&mut self, down: bool, env: u32, run: usize) {
        self.proven(env);
        // What was told but not kept is known to its own environment, and when that has ended, to nobody.
        let is_unkept = self.said.run > self.kept_run;
        let is_own = is_unkept && self.said.env == env;
        self.heard.gap |= is_unkept && !is_own && self.kept_down != self.said.down;
        let known = if is_own { self.said.down } else { self.kept_down };
        if self.kept_down.replace(down) != Some(down) || known != Some(down) {
            self.kept_run = run;
        }
        match (known, down) {
            (None, true) => self.queued.push(Queued::FirstDown),
            (Some(false), true) => self.queued.push(Queued::Down),
            (Some(true), false) => self.queued.push(Queued::Up),
            (None, false) | (Some(true), true) | (Some(false), false) => {}
        }
    }

    /// A word that arrived, or was refused, is no news any more. An error if it came before an earlier one.
    fn settle(&mut self, word: Word, run: usize) -> Result<(), String> {
        let overtaken = match word {
            Word::FirstUp => false,
            Word::Down | Word::FirstDown => {
                let last = self.queued.pop();
                !std::mem::take(&mut self.queued).is_empty() || last == Some(Queued::Up)
            }
            Word::Up => {
                let is_next = !matches!(self.queued.first(), Some(Queued::Down | Queued::FirstDown));
                if self.queued.first() == Some(&Queued::Up) {
                    self.queued.remove(0);
                }
                !is_next
            }
            // The end may not be kept yet.
            Word::WasDown | Word::FirstWasDown if run > self.kept_run => {
                self.queued.clear();
                false
            }
            Word::WasDown | Word::FirstWasDown => {
                let end = self.queued.iter().rposition(|queued| *queued == Queued::Up);
                self.queued.drain(..end.map_or(0, |end| end + 1));
                false
            }
        };
        // What was refused again is implied by what comes after it.
        if overtaken && !self.heard.gap { Err("overtakes earlier news".to_owned()) } else { Ok(()) }
    }

    /// It arrived. An error if it should not have.
    fn hear(
        &mut self,
        word: Word,
        (at, run): (u64, usize),
        heard: Heard,
        bounds: Bounds,
    ) -> Result<(), String> {
        let down = word.is_down();
        // The very same again is dealt with by `repeat`.
        let is_known = self.unproven.iter().any(|known| (known.0, known.1) == (word, at))
            || self.refused.iter().any(|known| (known.0, known.1) == (word, at) && known.2 >= 2);
        self.unproven.push((word, at, heard.env));
        let settled = match (is_known, heard.unread) {
            (false, false) => self.settle(word, run),
            // A repeat is no news, and a run that cannot read the state knows of no earlier news.
            _ if down => {
                self.queued.pop_if(|queued| *queued != Queued::Up);
                Ok(())
            }
            _ if heard.unread && word == Word::Up && run > self.kept_run => Ok(()),
            _ => self.settle(word, run).or(Ok(())),
        };
        if !bounds.forgot && !bounds.aged && !bounds.worn {
            settled?;
        }
        self.begin(word, heard, bounds)?;
        self.repeat(word, at, heard, bounds)?;
        self.arrived.push((word, at));
        self.heard = Heard { down: Some(down), ..heard };
        Ok(())
    }

    /// An UP needs a DOWN before it, and watching begins with a first word.
    fn begin(&self, word: Word, heard: Heard, bounds: Bounds) -> Result<(), String> {
        if bounds.astray || bounds.worn || self.heard.gap || self.heard.down.is_some() {
            return Ok(());
        }
        let is_first = matches!(word, Word::FirstDown | Word::FirstUp | Word::FirstWasDown);
        // Only a run that could not read the state may begin with other words, and it says so.
        match word {
            Word::Up => Err("an UP without its DOWN".to_owned()),
            _ if is_first || heard.marked || bounds.aged => Ok(()),
            _ => Err("no first word".to_owned()),
        }
    }

    /// What is told twice was not known to have arrived, and one of the two says that it may repeat.
    fn repeat(&self, word: Word, at: u64, heard: Heard, bounds: Bounds) -> Result<(), String> {
        let before = self.heard;
        let is_repeat = match word {
            Word::WasDown | Word::FirstWasDown => {
                before.down == Some(true) || self.arrived.contains(&(word, at))
            }
            _ => before.down == Some(word.is_down()),
        };
        if !is_repeat || bounds.forgot || bounds.worn || before.gap {
            return Ok(());
        }
        if before.proven && !heard.unread && !before.unread {
            return Err("told twice".to_owned());
        }
        if !before.marked && !heard.marked {
            return Err("told twice without saying so".to_owned());
        }
        Ok(())
    }
}
