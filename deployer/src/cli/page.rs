//! The options of `page`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct PageArgs {
    /// Open the page in the browser.
    #[arg(long)]
    pub open: bool,
    /// Write the page as static files into this folder, for another web server; works without a deployed page.
    #[arg(long, value_name = "DIR", conflicts_with = "open")]
    pub out: Option<PathBuf>,
}
