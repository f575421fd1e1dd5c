//! The page as HTML.

use plexmon_function::page::Language;
use plexmon_function::page::html::page;

use super::examples;

#[test]
#[ignore = "writes the examples into the folder that PLEXMON_PAGES names, to look at them"]
fn write_the_examples() {
    let folder = std::path::PathBuf::from(std::env::var_os("PLEXMON_PAGES").unwrap());
    for (name, view) in examples::all() {
        for language in Language::ALL {
            std::fs::write(folder.join(format!("{name}.{}.html", language.code())), page(&view, language))
                .unwrap();
        }
    }
}
