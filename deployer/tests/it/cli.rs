//! Whole commands, without any AWS: what they print, and how they end.

mod check;
mod completions;
mod configuration;
mod connection;
mod help;
mod init;
mod permissions;
mod init_from;
mod printing;
