//! Prints tables in Markdown.

/// Print a table; its first row is the head.
#[expect(clippy::print_stdout, reason = "a benchmark prints its results")]
pub fn print_table(rows: &[Vec<String>]) {
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

/// Format a figure with three significant digits.
pub fn three_digits(figure: f64) -> String {
    match figure {
        _ if figure >= 100.0 => format!("{figure:.0}"),
        _ if figure >= 10.0 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}
