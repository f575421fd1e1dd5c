//! Terraform expressions: functions, templates, loops and operators.

use super::inventory;

/// Return the host name that the expression evaluates to, or the value that is missing for it.
fn host_with(locals: &str, expression: &str, files: &[(&str, &str)]) -> String {
    let text = format!(
        "locals {{\n{locals}\n}}\nresource \"cloudflare_tunnel_config\" \"home\" {{\n  config {{\n    ingress_rule {{\n      \
         hostname = {expression}\n      service  = \"http://app:80\"\n    }}\n  }}\n}}\n"
    );
    let mut all = vec![("a.tf".to_owned(), text)];
    all.extend(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let inventory = inventory(&all).unwrap();
    let [app] = inventory.apps.as_slice() else { return format!("{:?}", inventory.remarks) };
    match &app.address {
        Ok(address) => address.host.clone(),
        Err(missing) => format!("needs {}", missing.what),
    }
}

fn host(expression: &str) -> String {
    host_with("", expression, &[])
}

/// Check expressions against the expected first label.
fn check(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(host(expression), format!("{expected}.example.com"), "{expression}");
    }
}

#[test]
fn functions_on_strings() {
    check(&[
        (r#"format("%s.example.%s", "a", "com")"#, "a"),
        (
            r#"format("%s-%03d-%.1f-%t-%%.example.com", "a", 7, 1.25, true) == "a-007-1.2-true-%.example.com" ? "y.example.com" : "n.example.com""#,
            "y",
        ),
        (r#"format("%[2]s%[1]s.example.com", "a", "b")"#, "ba"),
        (r#"formatlist("%s.example.com", ["a", "b"])[1]"#, "b"),
        (r#"formatlist("%s.%s.com", ["a", "b"], ["x", "example"])[1]"#, "b"),
        (r#"join(".", concat(["a"], ["example", "com"]))"#, "a"),
        (r#"join(".", split("-", "a-example-com"))"#, "a"),
        (r#"replace("a.ZONE", "ZONE", "example.com")"#, "a"),
        (r#"replace("a1b22.example.com", "/[0-9]+/", "-")"#, "a-b-"),
        (r#"replace("b-a.example.com", "/(b)-(a)/", "$2$1")"#, "ab"),
        (r#"lower("A.EXAMPLE.COM")"#, "a"),
        (r#""${upper("a") == "A" ? "up" : "low"}.example.com""#, "up"),
        (r#"title("ab cd") == "Ab Cd" ? "t.example.com" : "f.example.com""#, "t"),
        (r#"trim("?!a.example.com!?", "?!")"#, "a"),
        (r#"trimspace("  a.example.com\n")"#, "a"),
        (r#"trimprefix("https://a.example.com", "https://")"#, "a"),
        (r#"trimsuffix("a.example.com.", ".")"#, "a"),
        (r#"substr("xa.example.comx", 1, 13)"#, "a"),
        (r#"substr("xxa.example.com", -13, -1)"#, "a"),
        (r#"regex("[a-z.]+$", "https://a.example.com")"#, "a"),
        (r#"regex("^(https?)://(.+)$", "https://a.example.com")[1]"#, "a"),
        (r#"regex("^(?P<host>[^:]+)", "a.example.com:443").host"#, "a"),
        (r#"regexall("[a-z]+", "1b2a3")[1] == "a" ? "a.example.com" : "x.example.com""#, "a"),
        (
            r#"startswith("abc", "ab") && endswith("abc", "bc") && strcontains("abc", "b") ? "a.example.com" : "b.example.com""#,
            "a",
        ),
        (r#"strrev("moc.elpmaxe.a")"#, "a"),
    ]);
}

#[test]
fn functions_on_lists_and_maps() {
    check(&[
        (r#"flatten([["a.example.com"], [["b.example.com"], []]])[1]"#, "b"),
        (r#"merge({ a = "a.example.com" }, { a = "b.example.com" }).a"#, "b"),
        (r#""${keys({ b = 1, a = 2 })[0]}.example.com""#, "a"),
        (r#""${values({ b = "x", a = "y" })[0]}.example.com""#, "y"),
        (r#"lookup({ a = "a.example.com" }, "b", "c.example.com")"#, "c"),
        (r#"lookup({ a = "a.example.com" }, "a", "c.example.com")"#, "a"),
        (r#""${element(["a", "b"], 3)}.example.com""#, "b"),
        (r#""n${index(["a", "b"], "b")}.example.com""#, "n1"),
        (r#""n${length(["a", "b"])}${length("xyz")}${length({ a = 1 })}.example.com""#, "n231"),
        (r#"contains(["a"], "a") ? "a.example.com" : "b.example.com""#, "a"),
        (r#"join("", concat(distinct(["a", "b", "a"]), [".example.com"]))"#, "ab"),
        (r#"join("", compact(["a", "", null, ".example.com"]))"#, "a"),
        (r#""${join("", sort(["c", "a", "b"]))}.example.com""#, "abc"),
        (r#""${join("", reverse(["c", "a", "b"]))}.example.com""#, "bac"),
        (r#""${join("", slice(["c", "a", "b"], 1, 3))}.example.com""#, "ab"),
        (r#""n${join("", range(3))}${join("", range(4, 0, -2))}.example.com""#, "n01242"),
        (r#"zipmap(["a", "b"], ["x.example.com", "y.example.com"]).b"#, "y"),
        (
            r#""${join("", [for pair in setproduct(["a", "b"], ["x", "y"]) : join("", pair)])}.example.com""#,
            "axaybxby",
        ),
        (r#""${join("", setunion(["b", "a"], ["c"]))}.example.com""#, "abc"),
        (
            r#""${join("", setintersection(["b", "a"], ["a"]))}${join("", setsubtract(["b", "a"], ["a"]))}.example.com""#,
            "ab",
        ),
        (r#"coalesce(null, "", "a.example.com")"#, "a"),
        (r#"coalescelist([], ["a.example.com"])[0]"#, "a"),
        (r#"try({ a = 1 }.b, "a.example.com")"#, "a"),
        (r#"can({ a = 1 }.b) ? "a.example.com" : "b.example.com""#, "b"),
        (r#"one(["a.example.com"])"#, "a"),
        (r#""${join("", toset(["b", "a", "b"]))}.example.com""#, "ab"),
        (r#"tolist(["a.example.com"])[0]"#, "a"),
        (r#"alltrue([true, false]) || !anytrue([false, true]) ? "a.example.com" : "b.example.com""#, "b"),
    ]);
}

#[test]
fn functions_on_numbers_and_encodings() {
    check(&[
        (r#""n${sum([1, 2])}${min(3, 2)}${max([3, 2]...)}.example.com""#, "n323"),
        (r#""n${abs(-1)}${ceil(1.2)}${floor(1.8)}${parseint("ff", 16)}.example.com""#, "n121255"),
        (r#""n${tonumber("7") + 1}${tostring(8)}.example.com""#, "n88"),
        (r#"tobool("true") ? "a.example.com" : "b.example.com""#, "a"),
        (r#"yamldecode("host: a.example.com\nport: 80").host"#, "a"),
        (r#""n${yamldecode("- 8080\n- '80'")[0] + 1}.example.com""#, "n8081"),
        (r#"jsondecode("{\"host\": \"a.example.com\"}").host"#, "a"),
        (r#"jsondecode(jsonencode({ host = ["a.example.com"] })).host[0]"#, "a"),
        (r#"yamldecode(yamlencode({ host = "a.example.com" })).host"#, "a"),
        (r#"csvdecode("name,host\nx,\"a.example.com\"\n")[0].host"#, "a"),
        (r#"base64decode("YS5leGFtcGxlLmNvbQ==")"#, "a"),
        (r#"nonsensitive(sensitive("a.example.com"))"#, "a"),
        (r#""${basename("x/a")}.example.com""#, "a"),
        (r#"dirname("a.example.com/x")"#, "a"),
    ]);
}

#[test]
fn operators_and_loops() {
    check(&[
        (r#""n${1 + 2 * 3 - 4 / 2}${7 % 4}.example.com""#, "n53"),
        (r#"2 > 1 && !(1 >= 2) && 1 <= 1 && 1 < 2 ? "a.example.com" : "b.example.com""#, "a"),
        (r#"null == null && "1" != 1 ? "a.example.com" : "b.example.com""#, "a"),
        (r#"{ for k, v in { a = "x", b = "y" } : v => "${k}.example.com" if v != "x" }.y"#, "b"),
        (r#"{ for v in ["a", "b"] : "k" => "${v}.example.com"... }.k[1]"#, "b"),
        (r#"[for i, v in ["a", "b"] : "${v}${i}.example.com"][1]"#, "b1"),
        (r#"[for v in toset(["b", "a"]) : "${v}.example.com"][0]"#, "a"),
        (r#"([{ h = "a.example.com" }, { h = "b.example.com" }][*].h)[1]"#, "b"),
        (
            r#"[{ h = ["a.example.com"] }][*].h[0] == ["a.example.com"] ? "y.example.com" : "n.example.com""#,
            "y",
        ),
        (r#"[{ h = "a.example.com" }].*.h[0]"#, "a"),
        (r#"{ "x-y" = "a.example.com" }["x-y"]"#, "a"),
        (r#"{ (lower("KEY")) = "a.example.com" }.key"#, "a"),
        (r#"["a.example.com"].0"#, "a"),
        (r#""%{ if true }a%{ else }b%{ endif }.example.com""#, "a"),
        (r#""%{ for x in ["a", "b"] ~} ${x} %{~ endfor }.example.com""#, "ab"),
        ("trimspace(<<-EOT\n    a.${\"example\"}.com\n    EOT\n)", "a"),
        (r#""${terraform.workspace}.example.com""#, "default"),
    ]);
}

#[test]
fn a_format_that_does_not_match_its_arguments_has_no_value() {
    for expression in [
        r#"format("%c.example.com", "x")"#,
        r#"format("%d.example.com", "x")"#,
        r#"format("%s.%s", "x")"#,
        r#"format("%", "x")"#,
        r#"formatlist("%z.example.com", ["x"])[0]"#,
    ] {
        let found = host(expression);
        assert!(found.starts_with("needs "), "{expression}: {found}");
    }
    assert_eq!(host(r#"format("%s.%s.example.com", "x", var.y)"#), "needs var.y");
}

#[test]
fn an_undefined_calculation_has_no_value() {
    for expression in
        ["1 / 0", "1 % 0", "18446744073709551615 * 18446744073709551615 * 0 / 0", "-\"x\"", "\"a\" + 1"]
    {
        let found = host(&format!("\"n${{{expression}}}.example.com\""));
        assert!(found.starts_with("needs "), "{expression}: {found}");
    }
}

#[test]
fn files_are_read_relative_to_the_module() {
    let files = [
        ("apps/a.yaml", "host: a.example.com\n"),
        ("apps/b.yml", "host: b.example.com\n"),
        ("apps/deep/c.yaml", "host: c.example.com\n"),
        (
            "host.tftpl",
            "%{ for name in names ~}\n${name}.${zone}%{ if name != \"z\" },%{ endif ~}\n%{ endfor ~}\n",
        ),
        ("data.json", "{\"host\": \"j.example.com\"}"),
    ];
    for (expression, expected) in [
        (r#"yamldecode(file("${path.module}/apps/a.yaml")).host"#, "a.example.com"),
        (r#"yamldecode(file("apps/b.yml")).host"#, "b.example.com"),
        (r#"jsondecode(file("${path.root}/data.json"))["host"]"#, "j.example.com"),
        (
            r#"join("-", fileset(path.module, "apps/*.yaml")) == "apps/a.yaml" ? "y.example.com" : "n.example.com""#,
            "y.example.com",
        ),
        (
            r#"length(fileset("apps", "**/*.{yaml,yml}")) == 3 ? "y.example.com" : "n.example.com""#,
            "y.example.com",
        ),
        (r#"length(fileset("apps", "[a-b].*")) == 2 ? "y.example.com" : "n.example.com""#, "y.example.com"),
        (r#"fileexists("nothing.yaml") ? "y.example.com" : "n.example.com""#, "n.example.com"),
        (
            r#"split(",", templatefile("host.tftpl", { names = ["x", "z"], zone = "example.com" }))[0]"#,
            "x.example.com",
        ),
        (
            r#"trimspace(split(",", templatefile("host.tftpl", { names = ["x", "z"], zone = "example.com" }))[1])"#,
            "z.example.com",
        ),
        (r#"file("nothing.yaml")"#, "needs nothing.yaml"),
        (r#"file("../secret.yaml")"#, "needs ../secret.yaml"),
    ] {
        assert_eq!(host_with("", expression, &files), expected, "{expression}");
    }
}

/// No single expression is deep if each refers to the previous one.
#[test]
fn the_depth_of_values_is_limited() {
    let locals: String = (1..3000).map(|level| format!("l{level} = [local.l{}]\n", level - 1)).collect();
    let all: Vec<String> = (0..3000).map(|level| format!("local.l{level}")).collect();
    let expression = format!("jsonencode([{}])", all.join(", "));
    let found = host_with(&format!("l0 = []\n{locals}"), &expression, &[]);
    assert_eq!(found, "needs a list");
}

#[test]
fn the_amount_of_work_is_limited() {
    let doubled = (0..40).fold("d0 = \"ab\"\nl0 = [1, 2]\n".to_owned(), |locals, level| {
        let next = level + 1;
        format!("{locals}d{next} = \"${{local.d{level}}}${{local.d{level}}}\"\nl{next} = [local.l{level}, local.l{level}]\n")
    });
    for expression in [
        "local.d40",
        "local.l40 == local.l39 ? \"a\" : \"b\"",
        "join(\"\", flatten(local.l40))",
        "jsonencode(local.l40)",
        "join(\"\", range(100000000))",
        "join(\"\", [for a in range(9999) : join(\"\", [for b in range(9999) : join(\"\", range(9999))])])",
        "format(\"%999999999s\", \"x\") == \"x\" ? \"x\" : local.d40",
        "replace(local.d12, \"\", local.d12)",
        "regex(\"(a{1000}){1000}\", \"a\")",
        "join(\"\", flatten(setproduct(range(999), range(999), range(999))))",
        "templatestring(\"$${local.x}\", {})",
    ] {
        let found =
            host_with(&format!("{doubled}x = templatestring(\"$${{local.x}}\", {{}})"), expression, &[]);
        assert!(found.starts_with("needs ") || found.starts_with('['), "{expression}: {found}");
    }
}
