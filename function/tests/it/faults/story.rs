//! The steps of a story, how a story is drawn from a seed, and how a failing one is reduced.

use plexmon_testing::rng::Rng;

/// The outcome of reading the state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Load {
    #[default]
    Works,
    Fails,
    Garbled,
    /// An earlier value is returned, this many writes old.
    Stale(u8),
}

/// The outcome of a write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Save {
    #[default]
    Works,
    Refused,
    /// The write takes effect, but the answer is lost.
    AnswerLost,
}

/// The outcome of each read and write of the history in a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Archive {
    #[default]
    Works,
    ReadRefused,
    WriteRefused,
    /// The write takes effect, but the answer is lost.
    AnswerLost,
    /// No answer comes.
    Hangs,
}

/// How the channel answers a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Answer {
    #[default]
    Accepts,
    /// The channel accepts the message, later than most services do.
    AcceptsSlowly,
    /// HTTP 5xx, 429 or a gateway's page: the message has certainly not arrived.
    Fails,
    AcceptsSilently,
    AcceptsAndHangs,
    Hangs,
    Refuses,
    RefusesToken,
    /// HTTP 429: the service asks to wait for this many seconds.
    AsksToWait(u16),
}

impl Answer {
    pub fn accepts(self) -> bool {
        matches!(self, Self::Accepts | Self::AcceptsSlowly | Self::AcceptsSilently | Self::AcceptsAndHangs)
    }

    /// Whether the message may or may not have arrived.
    pub fn is_unproven(self) -> bool {
        matches!(self, Self::AcceptsSilently | Self::AcceptsAndHangs | Self::Hangs)
    }

    /// For how long the service asks to wait, in seconds.
    pub fn wait(self) -> Option<u16> {
        if let Self::AsksToWait(seconds) = self { Some(seconds) } else { None }
    }

    pub fn refuses(self) -> bool {
        matches!(self, Self::Refuses | Self::RefusesToken)
    }
}

/// What changes in the settings before a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Monitor these targets, by bit.
    Targets(u8),
    /// Change the check of the first target.
    Check,
    /// Remove the channel, or add it again.
    Channel,
    /// The saved state comes from a later release, with values that this one does not know.
    LaterRelease,
    /// The saved state comes from an earlier release, without some of the fields of this one.
    EarlierRelease,
}

/// One run.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Step {
    /// Which targets are down, one bit for each.
    pub down: u8,
    /// Seconds since the last run.
    pub after: i64,
    /// Whether the run has a new environment.
    pub cold: bool,
    /// Whether new secrets are announced to it.
    pub announces: bool,
    /// Whether the secrets change before it.
    pub other_secrets: bool,
    pub load: Load,
    pub saves: [Save; 2],
    pub archive: Archive,
    pub answers: [Answer; 2],
    /// The pause at which the run is killed.
    pub killed: Option<u8>,
    /// Another run at the same time.
    pub overlap: Option<Overlap>,
    pub change: Option<Change>,
}

/// A run that continues at the pauses of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// At which of the pauses, by bit.
    pub turns: u32,
    /// The targets that it observes as down, by bit.
    pub down: u8,
    pub why: Why,
}

/// The reason for the second run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The same tick was delivered twice.
    SameTick,
    /// The function is invoked manually, a few seconds after the tick.
    Manual,
    Pause,
    Resume,
}

/// A series of runs. Runs without faults follow it.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    pub targets: u8,
    /// When it begins, in seconds after the usual time: the history moves when an hour is over.
    pub begin: i64,
    pub keeps_history: bool,
    pub steps: Vec<Step>,
    /// Whether earlier versions of the state cannot be read.
    pub forgets_versions: bool,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// Jumps of the clock. They are odd, so that only consecutive runs can have the same time.
const JUMPS: [i64; 7] = [0, 1, -HOUR - 7, HOUR + 11, 7 * HOUR + 19, -48 * HOUR - 11, 48 * HOUR + 19];

impl Story {
    /// Draw the story of a seed.
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng(seed);
        let targets = if rng.one_in(4) { 3 } else { 1 };
        // One story in eight has changed settings, and one in eight has overlapping runs.
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
                            rng.choose(&[Why::SameTick, Why::SameTick, Why::Manual, Why::Pause, Why::Resume]);
                        let turns = u32::try_from(rng.below(1 << 24)).unwrap();
                        // Mostly, both runs observe the same.
                        let down = if rng.one_in(3) { step.down ^ rng.choose(&[1, 2, 3]) } else { step.down };
                        step.overlap = Some(Overlap { turns, down: down & targets, why });
                    }
                    _ => {}
                }
                step
            })
            .collect();
        // The clock may stand still only once, because notifications are distinguished by their time.
        for step in steps.iter_mut().filter(|step| step.after == 0).skip(1) {
            step.after = 5 * MINUTE;
        }
        let forgets_versions = theme == 1 && rng.one_in(4);
        let begin = 5 * MINUTE * i64::try_from(rng.below(12)).unwrap_or_default();
        for step in &mut steps {
            if !rng.one_in(6) {
                continue;
            }
            step.archive = rng.choose(&[
                Archive::ReadRefused,
                Archive::WriteRefused,
                Archive::AnswerLost,
                Archive::Hangs,
            ]);
        }
        // Not each of them: to move the history costs as much as the rest of a story.
        let keeps_history = rng.one_in(4);
        Self { targets, begin, keeps_history, steps, forgets_versions }
    }
}

impl Step {
    /// Whether the deliveries of this run are unproven, or cannot be saved.
    pub fn is_unproven(&self) -> bool {
        self.killed.is_some()
            || self.saves[1] != Save::Works
            || self.answers.iter().any(|answer| answer.is_unproven())
    }

    /// Add none, one or two faults.
    fn spoil(&mut self, rng: &mut Rng) {
        use Answer::{
            Accepts, AcceptsAndHangs, AcceptsSilently, AcceptsSlowly, AsksToWait, Fails, Hangs, Refuses,
            RefusesToken,
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
                        AcceptsSlowly,
                        AcceptsSilently,
                        AcceptsAndHangs,
                        Hangs,
                        Refuses,
                        RefusesToken,
                        AsksToWait(rng.choose(&[0, 1, 5, 6, 290, 301, 900, 3_600])),
                    ];
                    self.answers = [
                        rng.choose(&answers),
                        rng.choose(&[Accepts, Fails, Refuses, AcceptsSilently, AsksToWait(400)]),
                    ];
                }
            }
        }
    }
}
