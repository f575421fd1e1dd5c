//! Traefik's templates: `{{ env "NAME" }}` in files, and container names in the default rule.

use std::path::Path;

use crate::import::compose::Container;
use crate::import::placeholders::replace_placeholders;

/// Replace `{{ env "NAME" }}` by `${NAME}`, so that variables have one syntax everywhere.
pub fn with_plain_variables(text: &str) -> String {
    replace_placeholders(text, ("{{", "}}"), |action| {
        let name = trim_action(action).strip_prefix("env")?.trim().trim_matches(['"', '`', '\'', '\\']);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        (!name.is_empty() && name.chars().all(is_name)).then(|| format!("${{{name}}}"))
    })
}

/// Return the default rule for this container, or the template action that is not supported.
pub fn rule(template: &str, container: &Container) -> Result<String, String> {
    let rule = replace_placeholders(template, ("{{", "}}"), |action| name(trim_action(action), container));
    match rule.split_once("{{") {
        None => Ok(rule),
        Some((_, rest)) => Err(rest.split("}}").next().unwrap_or_default().trim().chars().take(60).collect()),
    }
}

/// Remove the marks that trim whitespace from an action.
fn trim_action(action: &str) -> &str {
    action.trim_matches('-').trim()
}

/// Evaluate the common actions.
fn name(action: &str, container: &Container) -> Option<String> {
    let (normal, expression) = match action.strip_prefix("normalize") {
        Some(rest) => (true, rest.trim().trim_matches(['(', ')']).trim()),
        None => (false, action),
    };
    let expression = expression.trim_start_matches("trimPrefix").trim_start_matches([' ', '`', '/', '"']);
    let project = project(&container.file);
    let value = if expression == ".ContainerName" {
        match &container.container_name {
            Some(name) => name.clone(),
            None => format!("{}-{}-1", project?, container.name),
        }
    } else if expression == ".Name" {
        format!("{}-{}", container.name, project?)
    } else if let Some(label) = expression.strip_prefix("index .Labels") {
        let label = label.trim().trim_matches(['"', '`', '\'', '\\', '(', ')']);
        match label {
            "com.docker.compose.service" => container.name.clone(),
            "com.docker.compose.project" => project?,
            label => container.labels.iter().find(|(key, _)| key == label).map(|(_, value)| value.clone())?,
        }
    } else {
        return None;
    };
    let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
    Some(if normal { value.chars().map(plain).collect() } else { value })
}

/// Return the default project name of Compose, which is derived from the folder.
fn project(file: &Path) -> Option<String> {
    let folder = file.parent()?.file_name()?.to_str()?.to_lowercase();
    let name: String = folder.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::import::{Environments, FileOrigin, compose, yaml};

    #[test]
    fn variables_of_a_file_are_written_as_in_compose() {
        let text = "Host(`a.{{env \"DOMAIN\"}}`) {{ env `B` }} {{ range $i := .X }} {{- env \"C\" -}} {{";
        assert_eq!(with_plain_variables(text), "Host(`a.${DOMAIN}`) ${B} {{ range $i := .X }} ${C} {{");
    }

    #[test]
    fn container_names_expand_the_default_rule() {
        let file = Path::new("Media Box/compose.yml");
        let text = "services:\n  tv: {image: a}\n  named: {image: a, container_name: my_tv}\n";
        let documents = yaml::read(text, file).unwrap();
        let file = compose::ComposeFile { path: file, origin: &FileOrigin::Given, documents };
        let containers = compose::containers(&[file], &Environments::default(), &BTreeSet::new()).containers;
        let rule = |container: &Container, action: &str| rule(&format!("{{{{ {action} }}}}.b"), container);
        assert_eq!(rule(&containers[0], "normalize .ContainerName"), Ok("mediabox-tv-1.b".to_owned()));
        assert_eq!(rule(&containers[0], ".Name"), Ok("tv-mediabox.b".to_owned()));
        assert_eq!(
            rule(&containers[0], "index .Labels \"com.docker.compose.service\""),
            Ok("tv.b".to_owned())
        );
        assert_eq!(
            rule(&containers[0], "normalize (index .Labels `app`)"),
            Err("normalize (index .Labels `app`)".to_owned())
        );
        assert_eq!(rule(&containers[1], "normalize .ContainerName"), Ok("my-tv.b".to_owned()));
        assert_eq!(rule(&containers[1], "trimPrefix `/` .ContainerName"), Ok("my_tv.b".to_owned()));
    }
}
