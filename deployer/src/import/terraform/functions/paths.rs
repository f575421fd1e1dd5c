//! Functions on paths and files. Paths are relative to the folder of the root module.

use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::arguments::Arguments;
use super::glob;
use crate::import::file_path::normalize_path;
use crate::import::missing_value::MissingReason;
use crate::import::terraform::context::EvalContext;
use crate::import::terraform::evaluator::Evaluator;
use crate::import::terraform::file_system::FileAccessError;
use crate::import::terraform::value::{Evaluated, Unknown, Value};

pub fn call<'a>(
    evaluator: &Evaluator<'a>,
    arguments: &Arguments<'_>,
    context: &EvalContext<'a>,
) -> Option<Evaluated> {
    let result = match arguments.name {
        "file" => read(evaluator, arguments, context).map(Value::from),
        "filebase64" => {
            read(evaluator, arguments, context).map(|text| Value::from(STANDARD.encode(text.as_bytes())))
        }
        "fileexists" => exists(evaluator, arguments, context),
        "fileset" => fileset(evaluator, arguments, context),
        "templatefile" => templatefile(evaluator, arguments, context),
        "templatestring" => arguments.text(0).and_then(|text| template(evaluator, arguments, &text, context)),
        "basename" => arguments.text(0).map(|path| {
            Value::from(Path::new(&*path).file_name().unwrap_or_default().to_string_lossy().into_owned())
        }),
        "dirname" => arguments.text(0).map(|path| {
            let parent = Path::new(&*path).parent().map(|parent| parent.to_string_lossy().into_owned());
            Value::from(parent.filter(|parent| !parent.is_empty()).unwrap_or_else(|| ".".to_owned()))
        }),
        // It is only used to refer to a file, for which the relative path is sufficient.
        "abspath" => arguments.value(0),
        _ => return None,
    };
    Some(result)
}

fn found(context: &EvalContext<'_>, path: &str) -> PathBuf {
    normalize_path(&context.instance.root.join(path))
}

fn unreadable(path: &str, error: FileAccessError) -> Rc<Unknown> {
    let reason = match error {
        FileAccessError::NotFound => MissingReason::File,
        FileAccessError::OutsideRoots => MissingReason::Outside,
    };
    Unknown::new(path, reason)
}

fn read<'a>(
    evaluator: &Evaluator<'a>,
    arguments: &Arguments<'_>,
    context: &EvalContext<'a>,
) -> Evaluated<String> {
    let path = arguments.text(0)?;
    let text = evaluator.files.text(&found(context, &path)).map_err(|why| unreadable(&path, why))?;
    evaluator.charge(text.len() / 32, context.depth)?;
    Ok(text)
}

fn exists<'a>(evaluator: &Evaluator<'a>, arguments: &Arguments<'_>, context: &EvalContext<'a>) -> Evaluated {
    let path = arguments.text(0)?;
    match evaluator.files.text(&found(context, &path)) {
        Ok(_) => Ok(Value::Bool(true)),
        Err(FileAccessError::NotFound) => Ok(Value::Bool(false)),
        Err(why) => Err(unreadable(&path, why)),
    }
}

fn fileset<'a>(evaluator: &Evaluator<'a>, arguments: &Arguments<'_>, context: &EvalContext<'a>) -> Evaluated {
    let (path, pattern) = (arguments.text(0)?, arguments.text(1)?);
    let folder = found(context, &path);
    let charge = || evaluator.charge(16, context.depth);
    let mut search = glob::Search { files: evaluator.files, charge: &charge, found: Vec::new() };
    for pattern in glob::alternatives(&pattern) {
        let parts: Vec<&str> = pattern.split('/').collect();
        search
            .run(&folder, &parts)
            .map_err(|stopped| stopped.unwrap_or_else(|error| unreadable(&path, error)))?;
    }
    let names = search.found.into_iter().map(Value::from).collect();
    Ok(Value::set(names, None))
}

fn templatefile<'a>(
    evaluator: &Evaluator<'a>,
    arguments: &Arguments<'_>,
    context: &EvalContext<'a>,
) -> Evaluated {
    let text = read(evaluator, arguments, context)?;
    template(evaluator, arguments, &text, context)
}

fn template<'a>(
    evaluator: &Evaluator<'a>,
    arguments: &Arguments<'_>,
    text: &str,
    context: &EvalContext<'a>,
) -> Evaluated {
    let values = arguments.map(1)?;
    let outside = EvalContext::new(&context.instance, context.depth + 1);
    let inside =
        values.entries.iter().fold(outside, |context, (name, value)| context.with(name, value.clone()));
    evaluator.template_text(text, &inside).known()
}

/// Return the path of the folder relative to that of the root module.
pub fn relative(root: &Path, folder: &Path) -> String {
    let (root, folder): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (root.components().collect(), folder.components().collect());
    let shared = root.iter().zip(&folder).take_while(|(one, other)| one == other).count();
    let up = root[shared..].iter().map(|_| "..".to_owned());
    let down = folder[shared..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}
