//! Pack files into an archive whose bytes depend on nothing but them: fixed order, times, owners and modes.

use std::collections::BTreeMap;
use std::io::{self, Seek, Write};

use flate2::{Compression, GzBuilder};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tar::{EntryType, Header};
use zip::write::SimpleFileOptions;

/// What stands for an unknown operating system in the header of gzip, so that every machine writes the same.
const NO_SYSTEM: u8 = 255;

/// A file of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub content: Vec<u8>,
    pub is_program: bool,
}

impl Entry {
    pub fn text(content: impl Into<Vec<u8>>) -> Self {
        Self { content: content.into(), is_program: false }
    }

    pub fn program(content: Vec<u8>) -> Self {
        Self { content, is_program: true }
    }

    fn mode(&self) -> u32 {
        if self.is_program { 0o755 } else { 0o644 }
    }
}

/// The files by their paths, which begin with the archive's folder and have `/` on every system.
pub type Entries = BTreeMap<String, Entry>;

/// The folders that contain the files, each before what is in it.
fn folders(entries: &Entries) -> Vec<String> {
    let mut folders = Vec::new();
    for path in entries.keys() {
        for (end, _) in path.match_indices('/') {
            let folder = path[..=end].to_owned();
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
    }
    folders
}

/// Write a `.tar.gz`. `step` is called before each file and can stop the work.
pub fn tar_gz<E: From<io::Error>>(
    entries: &Entries,
    seconds: i64,
    out: impl Write,
    step: impl Fn() -> Result<(), E>,
) -> Result<(), E> {
    let gzip = GzBuilder::new().operating_system(NO_SYSTEM).mtime(0).write(out, Compression::default());
    let mut tar = tar::Builder::new(gzip);
    for folder in folders(entries) {
        append(&mut tar, &folder, &[], 0o755, EntryType::Directory, seconds)?;
    }
    for (path, entry) in entries {
        step()?;
        append(&mut tar, path, &entry.content, entry.mode(), EntryType::Regular, seconds)?;
    }
    tar.into_inner()?.finish()?.flush()?;
    Ok(())
}

fn append(
    tar: &mut tar::Builder<impl Write>,
    path: &str,
    content: &[u8],
    mode: u32,
    kind: EntryType,
    seconds: i64,
) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(seconds.try_into().unwrap_or_default());
    header.set_size(content.len() as u64);
    tar.append_data(&mut header, path, content)
}

/// Write a `.zip`. `step` is called before each file and can stop the work.
pub fn zip<E: From<io::Error>>(
    entries: &Entries,
    seconds: i64,
    out: impl Write + Seek,
    step: impl Fn() -> Result<(), E>,
) -> Result<(), E> {
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .system(zip::System::Unix)
        .last_modified_time(zip_time(seconds));
    let mut writer = zip::ZipWriter::new(out);
    for folder in folders(entries) {
        writer.add_directory(folder, options.unix_permissions(0o755)).map_err(io::Error::from)?;
    }
    for (path, entry) in entries {
        step()?;
        writer.start_file(path, options.unix_permissions(entry.mode())).map_err(io::Error::from)?;
        writer.write_all(&entry.content)?;
    }
    writer.finish().map_err(io::Error::from)?.flush()?;
    Ok(())
}

/// The time in UTC; a zip cannot have one before 1980.
fn zip_time(seconds: i64) -> zip::DateTime {
    let time = Timestamp::from_second(seconds).unwrap_or_default().to_zoned(TimeZone::UTC);
    let part = |value: i8| u8::try_from(value).unwrap_or_default();
    let year = u16::try_from(time.year()).unwrap_or_default();
    zip::DateTime::from_date_and_time(
        year,
        part(time.month()),
        part(time.day()),
        part(time.hour()),
        part(time.minute()),
        part(time.second()),
    )
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    const SECONDS: i64 = 1_795_000_000;

    fn entries() -> Entries {
        Entries::from([
            ("a/docs/b.md".to_owned(), Entry::text("text")),
            ("a/program".to_owned(), Entry::program(b"binary".to_vec())),
        ])
    }

    fn packed() -> Vec<u8> {
        let mut bytes = Vec::new();
        tar_gz(&entries(), SECONDS, &mut bytes, || io::Result::Ok(())).unwrap();
        bytes
    }

    #[test]
    fn the_header_of_gzip_has_no_name_no_time_and_no_system() {
        assert_eq!(packed()[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, NO_SYSTEM]);
    }

    #[test]
    fn a_tar_has_fixed_order_owners_modes_and_times() {
        let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(Cursor::new(packed())));
        let found: Vec<_> = tar
            .entries()
            .unwrap()
            .map(|entry| {
                let mut entry = entry.unwrap();
                let mut text = String::new();
                entry.read_to_string(&mut text).unwrap();
                let header = entry.header();
                assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
                assert_eq!(header.mtime().unwrap(), SECONDS as u64);
                assert_eq!((header.username().unwrap(), header.groupname().unwrap()), (Some(""), Some("")));
                (entry.path().unwrap().display().to_string(), header.mode().unwrap(), text)
            })
            .collect();
        let row = |path: &str, mode, text: &str| (path.to_owned(), mode, text.to_owned());
        assert_eq!(
            found,
            [
                row("a/", 0o755, ""),
                row("a/docs/", 0o755, ""),
                row("a/docs/b.md", 0o644, "text"),
                row("a/program", 0o755, "binary"),
            ]
        );
        assert_eq!(packed(), packed());
    }

    #[test]
    fn a_zip_has_the_same_files_and_the_time_in_utc() {
        let mut bytes = Cursor::new(Vec::new());
        zip(&entries(), SECONDS, &mut bytes, || io::Result::Ok(())).unwrap();
        let mut archive = zip::ZipArchive::new(bytes).unwrap();
        let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["a/", "a/docs/", "a/docs/b.md", "a/program"]);
        let mut file = archive.by_name("a/program").unwrap();
        assert_eq!(file.unix_mode().unwrap() & 0o777, 0o755);
        assert_eq!(file.last_modified().unwrap().to_string(), "2026-11-18 11:06:40");
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "binary");
        assert_eq!(zip_time(0), zip::DateTime::default());
    }

    #[test]
    fn a_step_can_stop_the_work() {
        let stop = || Err(io::Error::other("stopped"));
        assert!(tar_gz(&entries(), SECONDS, Vec::new(), stop).is_err());
        assert!(zip(&entries(), SECONDS, Cursor::new(Vec::new()), stop).is_err());
    }
}
