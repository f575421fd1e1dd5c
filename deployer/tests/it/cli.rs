//! Whole commands, without any AWS: what they print, and how they end.

mod authorities;
mod check;
mod completions;
mod configuration;
mod connection;
mod credentials;
mod families;
mod help;
mod init;
mod init_folders;
mod init_from;
mod init_terraform;
mod logs;
mod permissions;
mod printing;
mod profiles;
mod proxies;
