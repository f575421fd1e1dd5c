//! How a failing story is reduced.

use super::story::{Step, Story};

const MINUTE: i64 = 60;

impl Story {
    /// All stories that are one step or one fault smaller than this one.
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
    fn simpler(&self) -> [Self; 12] {
        let plain = Self::default();
        [
            Self { after: 5 * MINUTE, ..*self },
            Self { cold: plain.cold, ..*self },
            Self { announces: plain.announces, ..*self },
            Self { other_secrets: plain.other_secrets, ..*self },
            Self { load: plain.load, ..*self },
            Self { saves: plain.saves, ..*self },
            Self { archive: plain.archive, ..*self },
            Self { answers: plain.answers, ..*self },
            Self { answers: [self.answers[0], plain.answers[1]], ..*self },
            Self { killed: plain.killed, ..*self },
            Self { overlap: plain.overlap, ..*self },
            Self { change: plain.change, ..*self },
        ]
    }
}
