//! What is sent and read, line by line.

use super::*;

#[test]
fn no_line_of_a_mail_ends_it() {
    for (mail, sent) in [
        ("a\r\n", "a\r\n.\r\n"),
        ("a", "a\r\n.\r\n"),
        (".\r\n..\r\n.a\r\n", "..\r\n...\r\n..a\r\n.\r\n"),
        ("", "\r\n.\r\n"),
    ] {
        assert_eq!(stuffed(mail.as_bytes()), sent.as_bytes());
    }
}

#[test]
fn enhanced_codes_are_found() {
    let reply = |line: &str| Reply { code: 550, lines: vec![line.to_owned(), "more".to_owned()] };
    for (line, expected) in [
        ("5.7.1 no", Some((5, 7, 1))),
        ("5.7.139", Some((5, 7, 139))),
        ("no 5.7.1", None),
        ("127.0.0.1 blocked", None),
        ("", None),
    ] {
        assert_eq!(reply(line).enhanced(), expected, "{line}");
    }
}
