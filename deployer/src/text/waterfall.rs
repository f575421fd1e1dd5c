//! The links of a chain as a waterfall: a bar for each, placed by its start and its length on an axis of time.

use plexmon_function::probe::Link;

use super::{Page, padded};

/// The columns of a link's name, mark and time.
const HEAD: usize = 27;
/// The frame of a bar and the space after it.
const FRAME: usize = 4;
/// The columns that bars leave for details: the longest usual one is `TLS 1.3, certificate until 2027-01-02`.
const DETAIL: usize = 37;
/// The fewest and the most columns of a bar.
const BAR: (usize, usize) = (10, 30);
/// The indent of details that do not fit after the bar.
const INDENT: usize = 8;

/// Return a line for each link, in order. The axis goes from the start of the first link to the end of the probe.
///
/// ```text
///   DNS   ok         5.1 ms  |=         |  203.0.113.7
///   TCP   ok        30.2 ms  | ===      |  203.0.113.7:443
///   TLS   FAILED    58.0 ms  |    ======|  the certificate has expired
/// ```
pub fn waterfall(links: &[Link], total_ms: f64, page: Page) -> Vec<String> {
    let room = page.table_width().saturating_sub(HEAD + FRAME + DETAIL);
    let columns = room.clamp(BAR.0, BAR.1);
    let axis = links.iter().map(|link| link.ms).sum::<f64>().max(total_ms);
    let mut begin = 0.0;
    let mut lines = Vec::new();
    for link in links {
        let bar = Bar::new(begin, link.ms, axis, columns);
        begin += link.ms;
        lines.push(line(link, bar, page));
    }
    lines
}

fn line(link: &Link, bar: Bar, page: Page) -> String {
    let paint = page.paint;
    let (mark, drawn) = if link.ok {
        (paint.green("ok"), paint.green(bar.drawn()))
    } else {
        (paint.red("FAILED"), paint.red(bar.drawn()))
    };
    let name = link.name.to_string();
    let mut line = format!(
        "  {name:<5} {} {:>7.1} ms  |{}{drawn}{}|",
        padded(&mark, 6),
        link.ms,
        " ".repeat(bar.before),
        " ".repeat(bar.after),
    );
    if link.detail.is_empty() {
        return line;
    }
    let behind = HEAD + FRAME + bar.columns();
    if behind + console::measure_text_width(&link.detail) <= page.table_width() {
        line += &format!("  {}", link.detail);
    } else {
        let margin = " ".repeat(INDENT);
        line += &format!("\n{}", page.wrapped_at(&format!("{margin}{}", link.detail), INDENT));
    }
    line
}

/// The columns of a bar's line: empty, drawn, empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bar {
    before: usize,
    length: usize,
    after: usize,
}

impl Bar {
    /// Place the bar: at least one column is drawn, and none beyond the end of the axis.
    fn new(begin: f64, length: f64, axis: f64, columns: usize) -> Self {
        let column = |ms: f64| if axis > 0.0 { ms / axis * columns as f64 } else { 0.0 };
        let before = (column(begin).round() as usize).min(columns - 1);
        let end = (column(begin + length).round() as usize).clamp(before + 1, columns);
        Self { before, length: end - before, after: columns - end }
    }

    fn columns(self) -> usize {
        self.before + self.length + self.after
    }

    fn drawn(self) -> String {
        "=".repeat(self.length)
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use plexmon_function::probe::LinkName;

    use super::*;
    use crate::text::Paint;

    fn links() -> Vec<Link> {
        let link = |name, ok, ms, detail: &str| Link { name, ok, ms, detail: detail.to_owned() };
        vec![
            link(LinkName::Dns, true, 5.1, "203.0.113.7"),
            link(LinkName::Tcp, true, 30.2, "203.0.113.7:443"),
            link(LinkName::Tls, true, 58.0, "TLS 1.3, certificate until 2027-01-02"),
            link(LinkName::Http, true, 44.1, "HTTP 200"),
            link(
                LinkName::Body,
                false,
                4.0,
                "`machineIdentifier=` is not in the first 65536 bytes of the answer",
            ),
        ]
    }

    fn drawn(columns: usize) -> String {
        let lines = waterfall(&links(), 142.0, Page::of_width(columns, Paint::Plain)).join("\n");
        assert!(lines.lines().all(|line| line.chars().count() <= columns), "{lines}");
        lines
    }

    #[test]
    fn each_link_has_a_bar_where_it_was_in_progress() {
        assert_snapshot!(drawn(100), @"
        DNS   ok         5.1 ms  |=                             |  203.0.113.7
        TCP   ok        30.2 ms  | ======                       |  203.0.113.7:443
        TLS   ok        58.0 ms  |       =============          |  TLS 1.3, certificate until 2027-01-02
        HTTP  ok        44.1 ms  |                    ========= |  HTTP 200
        body  FAILED     4.0 ms  |                             =|
              `machineIdentifier=` is not in the first 65536 bytes of the answer
        ");
    }

    #[test]
    fn in_60_columns_long_details_have_lines_of_their_own() {
        assert_snapshot!(drawn(60), @"
        DNS   ok         5.1 ms  |=         |  203.0.113.7
        TCP   ok        30.2 ms  |==        |  203.0.113.7:443
        TLS   ok        58.0 ms  |  =====   |
              TLS 1.3, certificate until 2027-01-02
        HTTP  ok        44.1 ms  |       ===|  HTTP 200
        body  FAILED     4.0 ms  |         =|
              `machineIdentifier=` is not in the first 65536 bytes
              of the answer
        ");
    }

    #[test]
    fn a_pipe_gets_the_lines_of_80_columns() {
        let piped = waterfall(&links(), 142.0, Page::unbounded(Paint::Plain)).join("\n");
        assert_eq!(piped, drawn(80));
        assert_snapshot!(piped, @"
        DNS   ok         5.1 ms  |=           |  203.0.113.7
        TCP   ok        30.2 ms  |===         |  203.0.113.7:443
        TLS   ok        58.0 ms  |   =====    |  TLS 1.3, certificate until 2027-01-02
        HTTP  ok        44.1 ms  |        ====|  HTTP 200
        body  FAILED     4.0 ms  |           =|
              `machineIdentifier=` is not in the first 65536 bytes of the answer
        ");
    }

    #[test]
    fn bars_of_any_times_stay_within_the_axis() {
        for (begin, length, axis) in
            [(0.0, 0.0, 0.0), (0.0, 10_000.0, 10_000.0), (10_000.0, 0.0, 10_000.0), (9.9, 5.0, 10.0)]
        {
            let bar = Bar::new(begin, length, axis, 10);
            assert_eq!((bar.columns(), bar.length > 0), (10, true), "{bar:?}");
        }
        assert_eq!(Bar::new(25.0, 50.0, 100.0, 20), Bar { before: 5, length: 10, after: 5 });
    }
}
