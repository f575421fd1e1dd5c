//! The tables: ratios first, then what they are made of, then whether it is enough.

/// What is demanded of ours.
#[derive(Clone, Copy)]
pub enum Must {
    /// So many times better than Python.
    Python(f64),
    /// So many times better than Python that keeps its TLS context.
    Tuned(f64),
    /// No more than so many times the empty handler.
    Empty(f64),
    /// No more than this, in the row's unit.
    AtMost(f64),
}

/// A row's figures: ours, Python's, tuned Python's, the empty handler's.
pub type Figures = [Option<f64>; 4];

impl Must {
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

/// A table of everybody.
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
            "must",
        ];
        Self { rows: vec![head.map(str::to_owned).to_vec()] }
    }

    pub fn row(&mut self, what: &str, unit: &str, figures: Figures, musts: &[Must]) {
        let [ours, python, tuned, empty] = figures;
        let ratio = |above: Option<f64>, below: Option<f64>| match (above, below) {
            (Some(above), Some(below)) => short(above / below),
            _ => "-".to_owned(),
        };
        let figure = |figure: Option<f64>| {
            figure.map_or_else(|| "-".to_owned(), |figure| format!("{} {unit}", short(figure)))
        };
        let musts: Vec<String> = musts.iter().map(|must| must.verdict(figures)).collect();
        let mut row = vec![what.to_owned(), ratio(python, ours), ratio(tuned, ours), ratio(ours, empty)];
        row.extend(figures.map(figure));
        row.push(musts.join("; "));
        self.rows.push(row);
    }

    pub fn print(&self) {
        print(&self.rows);
    }
}

/// Any table; its first row is the head.
pub fn print(rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for (at, row) in rows.iter().enumerate() {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        println!("| {} |", cells.join(" | "));
        if at == 0 {
            let line: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            println!("| {} |", line.join(" | "));
        }
    }
    println!();
}

/// Three digits that count.
pub fn short(figure: f64) -> String {
    match figure {
        _ if figure >= 100.0 => format!("{figure:.0}"),
        _ if figure >= 10.0 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}
