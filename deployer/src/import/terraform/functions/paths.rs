//! Functions on paths and files. Paths begin at the folder that Terraform is started in.

use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::arguments::Arguments;
use super::glob;
use crate::import::clean;
use crate::import::missing::Reason;
use crate::import::terraform::files::Unreadable;
use crate::import::terraform::scope::{Place, Scope};
use crate::import::terraform::value::{Evaluated, Unknown, Value};

pub fn call<'a>(scope: &Scope<'a>, arguments: &Arguments<'_>, place: &Place<'a>) -> Option<Evaluated> {
    let result = match arguments.name {
        "file" => read(scope, arguments, place).map(Value::from),
        "filebase64" => {
            read(scope, arguments, place).map(|text| Value::from(STANDARD.encode(text.as_bytes())))
        }
        "fileexists" => exists(scope, arguments, place),
        "fileset" => fileset(scope, arguments, place),
        "templatefile" => templatefile(scope, arguments, place),
        "templatestring" => arguments.text(0).and_then(|text| template(scope, arguments, &text, place)),
        "basename" => arguments.text(0).map(|path| {
            Value::from(Path::new(&*path).file_name().unwrap_or_default().to_string_lossy().into_owned())
        }),
        "dirname" => arguments.text(0).map(|path| {
            let parent = Path::new(&*path).parent().map(|parent| parent.to_string_lossy().into_owned());
            Value::from(parent.filter(|parent| !parent.is_empty()).unwrap_or_else(|| ".".to_owned()))
        }),
        // It is only used to name a file, for which the path as it is will do.
        "abspath" => arguments.value(0),
        _ => return None,
    };
    Some(result)
}

fn found(place: &Place<'_>, path: &str) -> PathBuf {
    clean(&place.instance.root.join(path))
}

fn unreadable(path: &str, why: Unreadable) -> Rc<Unknown> {
    let reason = match why {
        Unreadable::Missing => Reason::File,
        Unreadable::Outside => Reason::Outside,
    };
    Unknown::new(path, reason)
}

fn read<'a>(scope: &Scope<'a>, arguments: &Arguments<'_>, place: &Place<'a>) -> Evaluated<String> {
    let path = arguments.text(0)?;
    let text = scope.files.text(&found(place, &path)).map_err(|why| unreadable(&path, why))?;
    scope.charge(text.len() / 32, place.depth)?;
    Ok(text)
}

fn exists<'a>(scope: &Scope<'a>, arguments: &Arguments<'_>, place: &Place<'a>) -> Evaluated {
    let path = arguments.text(0)?;
    match scope.files.text(&found(place, &path)) {
        Ok(_) => Ok(Value::Bool(true)),
        Err(Unreadable::Missing) => Ok(Value::Bool(false)),
        Err(why) => Err(unreadable(&path, why)),
    }
}

fn fileset<'a>(scope: &Scope<'a>, arguments: &Arguments<'_>, place: &Place<'a>) -> Evaluated {
    let (path, pattern) = (arguments.text(0)?, arguments.text(1)?);
    let folder = found(place, &path);
    let mut names = Vec::new();
    for pattern in glob::alternatives(&pattern) {
        let parts: Vec<&str> = pattern.split('/').collect();
        let charge = || scope.charge(16, place.depth);
        glob::find(scope.files, &folder, &parts, &charge, &mut |name| names.push(Value::from(name)))
            .map_err(|stopped| stopped.unwrap_or_else(|why| unreadable(&path, why)))?;
    }
    Ok(Value::set(names, None))
}

fn templatefile<'a>(scope: &Scope<'a>, arguments: &Arguments<'_>, place: &Place<'a>) -> Evaluated {
    let text = read(scope, arguments, place)?;
    template(scope, arguments, &text, place)
}

fn template<'a>(scope: &Scope<'a>, arguments: &Arguments<'_>, text: &str, place: &Place<'a>) -> Evaluated {
    let values = arguments.map(1)?;
    let outside = Place::new(&place.instance, place.depth + 1);
    let inside = values.entries.iter().fold(outside, |place, (name, value)| place.with(name, value.clone()));
    scope.template_text(text, &inside).known()
}

/// The folder as seen from the one that Terraform is started in.
pub fn relative(root: &Path, folder: &Path) -> String {
    let (root, folder): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (root.components().collect(), folder.components().collect());
    let shared = root.iter().zip(&folder).take_while(|(one, other)| one == other).count();
    let up = root[shared..].iter().map(|_| "..".to_owned());
    let down = folder[shared..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}
