//! What a case consists of, how cases are drawn from a seed, and how a failing one is made smaller.

use plexmon_testing::rng::Rng;

/// What becomes of the state's reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Load {
    #[default]
    Works,
    Fails,
    Garbled,
    /// A former value comes, so many writes old.
    Stale(u8),
}

/// What becomes of a write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Save {
    #[default]
    Works,
    Refused,
    /// It takes effect, and the answer is lost.
    AnswerLost,
}

/// What the channel does with a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Answer {
    #[default]
    Takes,
    /// It takes it after longer than most services take.
    TakesSlowly,
    /// 5xx, 429, or a gateway's page: known not to have arrived.
    Fails,
    TakesInSilence,
    TakesAndHangs,
    Hangs,
    Refuses,
    RefusesToken,
}

impl Answer {
    pub fn takes(self) -> bool {
        matches!(self, Self::Takes | Self::TakesSlowly | Self::TakesInSilence | Self::TakesAndHangs)
    }

    /// Whether nobody can know what became of the message.
    pub fn is_unproven(self) -> bool {
        matches!(self, Self::TakesInSilence | Self::TakesAndHangs | Self::Hangs)
    }

    pub fn refuses(self) -> bool {
        matches!(self, Self::Refuses | Self::RefusesToken)
    }
}

/// What changes in the settings before a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Watches these targets, by bit.
    Targets(u8),
    /// Checks the first target in another way.
    Check,
    /// Uses the channel no longer, or again.
    Channel,
    /// The kept state comes from a later release, with words that this one does not know.
    LaterRelease,
    /// The kept state comes from an earlier release, which does not know all that this one keeps.
    EarlierRelease,
}

/// One run.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Step {
    /// Which targets are down, one bit for each.
    pub down: u8,
    /// Seconds since the last run.
    pub after: i64,
    /// Whether the environment is a new one.
    pub cold: bool,
    /// Whether it is told of new secrets.
    pub announces: bool,
    /// Whether the secrets are others from now on.
    pub other_secrets: bool,
    pub load: Load,
    pub saves: [Save; 2],
    pub answers: [Answer; 2],
    /// At which pause the run is killed.
    pub killed: Option<u8>,
    /// Another run at the same time.
    pub overlap: Option<Overlap>,
    pub change: Option<Change>,
}

/// A run that goes on at the pauses of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// At which of them, by bit.
    pub turns: u32,
    /// What it sees down, by bit.
    pub down: u8,
    pub why: Why,
}

/// Why there is another run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The same tick was delivered twice.
    SameTick,
    /// Somebody runs it by hand, a few seconds after the tick.
    ByHand,
    Pause,
    Resume,
}

/// One run after another; then two more without faults.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    pub targets: u8,
    pub steps: Vec<Step>,
    /// Whether earlier versions of the state cannot be read.
    pub forgets_versions: bool,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// Jumps of the clock; odd, so that no two runs but neighbours have the same time.
const JUMPS: [i64; 7] = [0, 1, -HOUR - 7, HOUR + 11, 7 * HOUR + 19, -48 * HOUR - 11, 48 * HOUR + 19];

impl Story {
    /// The story of a seed.
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng(seed);
        let targets = if rng.one_in(4) { 3 } else { 1 };
        // One story in eight is about changed settings, and one about runs that overlap.
        let theme = rng.below(8);
        let mut down = 0;
        let mut steps: Vec<Step> = (0..3 + rng.below(4))
            .map(|_| {
                if !rng.one_in(3) {
                    down ^= rng.choose(&[1, 1, 2, 3]);
                }
                let mut step = Step { down: down & targets, after: 5 * MINUTE, ..Step::default() };
                step.spoil(&mut rng);
                match theme {
                    0 if rng.one_in(3) => {
                        let changes = [
                            Change::Targets(1),
                            Change::Targets(3),
                            Change::Check,
                            Change::Channel,
                            Change::LaterRelease,
                            Change::EarlierRelease,
                        ];
                        step.change = Some(rng.choose(&changes));
                    }
                    1 if rng.one_in(2) => {
                        let why =
                            rng.choose(&[Why::SameTick, Why::SameTick, Why::ByHand, Why::Pause, Why::Resume]);
                        let turns = u32::try_from(rng.below(1 << 24)).unwrap();
                        // Most see the same; what differs may be seen by one alone.
                        let down = if rng.one_in(3) { step.down ^ rng.choose(&[1, 2, 3]) } else { step.down };
                        step.overlap = Some(Overlap { turns, down: down & targets, why });
                    }
                    _ => {}
                }
                step
            })
            .collect();
        // Time may stand still once: words are told apart by their time.
        for step in steps.iter_mut().filter(|step| step.after == 0).skip(1) {
            step.after = 5 * MINUTE;
        }
        Self { targets, steps, forgets_versions: theme == 1 && rng.one_in(4) }
    }

    /// All stories that are a little smaller than this one.
    pub fn smaller(&self) -> Vec<Self> {
        let mut found = Vec::new();
        for at in 0..self.steps.len() {
            let mut shorter = self.clone();
            shorter.steps.remove(at);
            found.push(shorter);
            let step = self.steps[at];
            for simpler in step.simpler() {
                if simpler != step {
                    let mut story = self.clone();
                    story.steps[at] = simpler;
                    found.push(story);
                }
            }
        }
        found
    }
}

impl Step {
    /// Nothing, one fault or two of them.
    fn spoil(&mut self, rng: &mut Rng) {
        use Answer::{
            Fails, Hangs, Refuses, RefusesToken, Takes, TakesAndHangs, TakesInSilence, TakesSlowly,
        };
        self.cold = rng.one_in(4);
        self.announces = rng.one_in(40);
        for _ in 0..rng.choose(&[0, 1, 1, 1, 2]) {
            match rng.below(14) {
                0 => self.load = rng.choose(&[Load::Fails, Load::Fails, Load::Garbled]),
                1 => self.load = Load::Stale(u8::try_from(1 + rng.below(3)).unwrap()),
                2..=4 => {
                    self.saves = rng.choose(&[
                        [Save::Refused, Save::Works],
                        [Save::Works, Save::Refused],
                        [Save::Refused, Save::Refused],
                        [Save::AnswerLost, Save::Works],
                        [Save::Works, Save::AnswerLost],
                    ]);
                }
                5..=7 => self.killed = Some(u8::try_from(rng.below(9)).unwrap()),
                8 => self.after = rng.choose(&JUMPS),
                9 => self.other_secrets = true,
                _ => {
                    let answers = [
                        Fails,
                        Fails,
                        TakesSlowly,
                        TakesInSilence,
                        TakesAndHangs,
                        Hangs,
                        Refuses,
                        RefusesToken,
                    ];
                    self.answers =
                        [rng.choose(&answers), rng.choose(&[Takes, Fails, Refuses, TakesInSilence])];
                }
            }
        }
    }

    fn simpler(&self) -> [Self; 11] {
        let plain = Self::default();
        [
            Self { after: 5 * MINUTE, ..*self },
            Self { cold: plain.cold, ..*self },
            Self { announces: plain.announces, ..*self },
            Self { other_secrets: plain.other_secrets, ..*self },
            Self { load: plain.load, ..*self },
            Self { saves: plain.saves, ..*self },
            Self { answers: plain.answers, ..*self },
            Self { answers: [self.answers[0], plain.answers[1]], ..*self },
            Self { killed: plain.killed, ..*self },
            Self { overlap: plain.overlap, ..*self },
            Self { change: plain.change, ..*self },
        ]
    }
}
