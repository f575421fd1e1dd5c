//! `ca_file`: what is used of it, and which files are rejected before a deployment.

use std::fmt::Write as _;
use std::path::Path;

use plexmon_deploy::config::Config;

use super::target;

const TLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates");

fn certificate_file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(TLS).join(name)).unwrap()
}

fn authority() -> String {
    String::from_utf8(certificate_file("authority.pem")).unwrap()
}

/// The certificates that the function receives for a `ca_file` with this content, or the error about it.
fn read(content: impl AsRef<[u8]>) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), content).unwrap();
    let text = target("ca_file = \"ca.pem\"");
    let parsed = Config::parse(&text, &folder.path().join("config.toml"));
    let config =
        parsed.map_err(|error| error.to_string().replace(&folder.path().display().to_string(), "FOLDER"))?;
    Ok(config.targets[0].ca_pem.clone().unwrap())
}

#[test]
fn every_common_format_yields_the_same_certificate() {
    let pem = authority();
    let lines = pem.replace("-----BEGIN CERTIFICATE-----", "-----BEGIN X509 CERTIFICATE-----");
    let lines = lines.replace("-----END CERTIFICATE-----", "-----END X509 CERTIFICATE-----");
    for (form, content) in [
        ("as openssl writes it", pem.clone().into_bytes()),
        ("line breaks of Windows", pem.replace('\n', "\r\n").into_bytes()),
        ("line breaks of classic Mac OS", pem.replace('\n', "\r").into_bytes()),
        ("a byte order mark", format!("\u{feff}{pem}").into_bytes()),
        ("comments around it", format!("subject=CN = Home\n\n{pem}\nand so on\n").into_bytes()),
        ("comments that are not UTF-8", [&b"caf\xe9\n"[..], pem.as_bytes()].concat()),
        ("spaces at the ends of lines", pem.replace('\n', "  \n").into_bytes()),
        ("indented", format!("  {}", pem.replace('\n', "\n  ")).into_bytes()),
        ("no line break at the end", pem.trim_end().as_bytes().to_vec()),
        ("the old label", lines.into_bytes()),
        ("OpenSSL's trusted form", certificate_file("trusted.pem")),
        ("DER", certificate_file("authority.der")),
    ] {
        assert_eq!(read(content).as_ref(), Ok(&pem), "{form}");
    }
    assert_eq!(read(format!("{pem}# the old one:\n{pem}")), Ok(format!("{pem}{pem}")));
    let parameters = "-----BEGIN DH PARAMETERS-----\nMIIB\n-----END DH PARAMETERS-----\n";
    assert_eq!(read(format!("{parameters}{pem}")), Ok(pem), "nothing but certificates is kept");
}

/// Contents of files that are no usable certificates, some with a private key.
fn unusable_contents() -> Vec<Vec<u8>> {
    let pem = authority();
    let begin = "-----BEGIN CERTIFICATE-----\n";
    let end = "-----END CERTIFICATE-----\n";
    let key = "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n";
    let utf16: Vec<u8> = "\u{feff}x".encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        Vec::new(),
        b"hello\n".to_vec(),
        format!("{begin}{}\n{end}", "A".repeat(64)).into_bytes(),
        format!("{begin}no base64!\n{end}").into_bytes(),
        format!("{begin}{end}").into_bytes(),
        format!("{pem}{begin}MIIB").into_bytes(),
        format!("{begin}{pem}").into_bytes(),
        format!("{end}{pem}").into_bytes(),
        format!("{pem}{key}").into_bytes(),
        format!("{key}{pem}").into_bytes(),
        key.replace("PRIVATE", "ENCRYPTED PRIVATE").into_bytes(),
        key.replace("PRIVATE", "OPENSSH PRIVATE").into_bytes(),
        b"-----BEGIN RSA PRIVATE KEY-----\n".to_vec(),
        key.replace("PRIVATE KEY", "CERTIFICATE REQUEST").into_bytes(),
        key.replace("PRIVATE KEY", "PKCS7").into_bytes(),
        b"\x30\x82\x01\x00nonsense".to_vec(),
        utf16,
        certificate_file("p521.pem"),
        certificate_file("rsa1024.pem"),
    ]
}

#[test]
fn unusable_files_are_rejected_with_the_reason() {
    let mut report = String::new();
    for content in unusable_contents() {
        let refusal = read(content).unwrap_err();
        assert!(!refusal.contains("MIGH"), "no part of a key is shown: {refusal}");
        let refusal =
            refusal.replace("FOLDER/config.toml:4: `[[target]] ca_file` names `FOLDER/ca.pem`, which ", "");
        writeln!(report, "{}", refusal.replace("\n\n", "\n")).unwrap();
    }
    insta::assert_snapshot!(report, @"
    error: is empty
    hint: the file must have a -----BEGIN CERTIFICATE----- block
    error: contains no PEM certificate
    hint: the file must have a -----BEGIN CERTIFICATE----- block
    error: has a certificate at line 1 that cannot be read
    hint: create or export the certificate again
    error: has a certificate at line 1 that is not base64
    hint: create or export the certificate again
    error: has a certificate at line 1 that cannot be read
    hint: create or export the certificate again
    error: has a block at line 11 that does not end
    hint: create or export the certificate again
    error: has a block at line 1 that does not end
    hint: create or export the certificate again
    error: has an END marker without a BEGIN at line 1
    hint: create or export the certificate again
    error: has a private key at line 11
    hint: leave only the certificate in the file; the key is not needed to trust it
    error: has a private key at line 1
    hint: leave only the certificate in the file; the key is not needed to trust it
    error: has a private key at line 1
    hint: leave only the certificate in the file; the key is not needed to trust it
    error: has a private key at line 1
    hint: leave only the certificate in the file; the key is not needed to trust it
    error: has a private key at line 1
    hint: leave only the certificate in the file; the key is not needed to trust it
    error: contains a CERTIFICATE REQUEST, but no certificate
    hint: the file must have a -----BEGIN CERTIFICATE----- block
    error: contains a PKCS7, but no certificate
    hint: the file must have a -----BEGIN CERTIFICATE----- block
    error: is neither PEM nor a certificate in DER
    hint: convert a PKCS#12 or PKCS#7 file with openssl, certificates only
    error: is text in UTF-16
    hint: save it as plain ASCII or UTF-8
    error: has a certificate at line 1 with a key on the curve P-521, which is not supported
    hint: use P-256, P-384, RSA or Ed25519
    error: has a certificate at line 1 with an RSA key of 1024 bits, which is not supported
    hint: use at least 2048 bits
    ");
}

#[test]
fn an_email_channel_reads_its_file_in_the_same_way() {
    let folder = tempfile::tempdir().unwrap();
    let email = target(
        "\n[notify.email]\nhost = \"mail.example.com\"\nfrom = \"a@example.com\"\nto = \"b@example.com\"\nca_file = \"ca.pem\"\n",
    );
    let parse = |content: &str| {
        std::fs::write(folder.path().join("ca.pem"), content).unwrap();
        Config::parse(&email, &folder.path().join("config.toml"))
    };
    let key = "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n";
    let refusal = parse(&format!("{}{key}", authority())).unwrap_err().to_string();
    assert!(
        refusal.contains("ca_file` names") && refusal.contains("which has a private key at line"),
        "{refusal}"
    );
    let text = format!("{:?}", parse(&format!("a comment\n{}", authority())).unwrap().channels);
    assert!(text.contains("BEGIN CERTIFICATE") && !text.contains("a comment"), "{text}");
}
