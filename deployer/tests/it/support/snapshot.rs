//! Snapshots of commands, without parts that vary from run to run.

/// Return the replacements for parts that vary.
pub fn filters() -> Vec<(&'static str, &'static str)> {
    vec![
        (r"os error \d+", "os error [NUMBER]"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
        (r"/_aws/lambda-url/[0-9a-z]+/", "/_aws/lambda-url/[ID]/"),
        // Bars of a waterfall, by time.
        (r"\|[ =]{10,}\|", "[BAR]"),
        (r"\| *(ESC\[\d+m)=+(ESC\[0m) *\|", "$1[BAR]$2"),
        // The uptime and the response times of a target that was deployed just now.
        (r"(?m)^    since \d\d:\d\d UTC (\d+\.\d\d %|100 %|no data)( .*ms)?$", "    since [TIME] [UPTIME]"),
        // Padded to a width, in tables.
        (r" +\d+(\.\d+)? ms\b", " [TIME]"),
        (r"\b\d+(\.\d+)? ms\b", "[TIME]"),
        (r"\b\d+(\.\d+)? s\b", "[TIME]"),
        (r"\b\d\d:\d\d UTC \(\d{4}-\d\d-\d\d\)", "[DATE]"),
        (r"\b\d\d:\d\d-\d\d:\d\d UTC\b", "[DATES]"),
        (r"\b[34]\d{11}\b", "[ACCOUNT]"),
        // The rest of an account number where a long value is cut.
        (r"\.\.\.\d{1,11}:", "...[ACCOUNT]:"),
        (r"\b(built|released|given):[0-9a-f]{16}:[0-9a-f]{16}\b", "[DIGEST]"),
        (r#""digest": "[0-9a-f]{64}""#, r#""digest": "[DIGEST]""#),
        (r"\b[0-9a-f]{64}\b", "[SHA256]"),
        (r"\b\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC\b", "[DATE]"),
        // An estimate, which depends on the architecture and on the price list; `cost::` tests it.
        (r"(?s)\$\d+\.\d\d a month\b.*?shares\s+the\s+allowances(ESC\[0m)?", "[COST]"),
        (
            r#"(?s)"monthly_cost_usd": 0\.0,\s+"cost": \{.*?\n  \}"#,
            r#""monthly_cost_usd": 0.0, "cost": "[COST]""#,
        ),
        // What has room; `config::history` tests it.
        (r#"(?s),\s+"history": \{\s+"days": \d+,.*?\n  \}"#, ""),
    ]
}

/// `insta::assert_snapshot!` with these filters.
macro_rules! snapshot {
    ($($arguments:tt)*) => {
        insta::with_settings!({ filters => $crate::support::filters() }, {
            insta::assert_snapshot!($($arguments)*);
        })
    };
}
pub(crate) use snapshot;
