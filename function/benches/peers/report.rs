//! The tables: ratios first, then the figures, then whether the goal is met.

use plexmon_testing::bench::{print_table, three_digits};

/// A goal for our figure.
#[derive(Clone, Copy)]
pub enum Goal {
    /// At least this many times better than Python.
    Python(f64),
    /// At least this many times better than Python that keeps its TLS context.
    Tuned(f64),
    /// At most this many times the empty handler.
    Empty(f64),
    /// At most this, in the row's unit.
    AtMost(f64),
}

/// A row's figures: ours, Python's, tuned Python's, the empty handler's.
pub type Figures = [Option<f64>; 4];

impl Goal {
    fn verdict(self, [ours, python, tuned, empty]: Figures) -> String {
        let ours = ours.unwrap_or(f64::NAN);
        let times = |other: Option<f64>| other.unwrap_or(f64::NAN) / ours;
        let (what, met) = match self {
            Self::Python(factor) => (format!(">= {factor} x Python"), times(python) >= factor),
            Self::Tuned(factor) => (format!(">= {factor} x tuned"), times(tuned) >= factor),
            Self::Empty(factor) => (format!("<= {factor} x empty"), 1.0 / times(empty) <= factor),
            Self::AtMost(most) => (format!("<= {most}"), ours <= most),
        };
        format!("{what}: {}", if met { "met" } else { "MISSED" })
    }
}

/// A table of all subjects.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new() -> Self {
        let head = [
            "",
            "x Python",
            "x tuned Python",
            "of the empty handler",
            "plexmon",
            "Python",
            "tuned Python",
            "empty handler",
            "goal",
        ];
        Self { rows: vec![head.map(str::to_owned).to_vec()] }
    }

    pub fn row(&mut self, what: &str, unit: &str, figures: Figures, goals: &[Goal]) {
        let [ours, python, tuned, empty] = figures;
        let ratio = |above: Option<f64>, below: Option<f64>| match (above, below) {
            (Some(above), Some(below)) => three_digits(above / below),
            _ => "-".to_owned(),
        };
        let figure = |figure: Option<f64>| {
            figure.map_or_else(|| "-".to_owned(), |figure| format!("{} {unit}", three_digits(figure)))
        };
        let goals: Vec<String> = goals.iter().map(|goal| goal.verdict(figures)).collect();
        let mut row = vec![what.to_owned(), ratio(python, ours), ratio(tuned, ours), ratio(ours, empty)];
        row.extend(figures.map(figure));
        row.push(goals.join("; "));
        self.rows.push(row);
    }

    pub fn print(&self) {
        print_table(&self.rows);
    }
}
