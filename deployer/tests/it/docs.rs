//! The documentation: links resolve, commands parse, tests exist, and all commands are described.

mod commands;
mod configurations;
mod links;
mod pages;
mod tests_named;

use pages::Page;

/// What the owner of a home server reads to the end.
const LONGEST_README: usize = 220;

#[test]
fn the_readme_is_short() {
    let readme = Page::read("README.md");
    let lines = readme.text.lines().count();
    assert!(lines <= LONGEST_README, "README.md has {lines} lines; move details to deployer/docs");
}
