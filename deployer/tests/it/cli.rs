//! Whole commands without AWS: their output and exit codes.

mod account_plan;
mod assumed_roles;
mod authorities;
mod check;
mod color;
mod completions;
mod configuration;
mod connection;
mod cost;
mod credentials;
mod expect;
mod families;
mod help;
mod init;
mod init_compose;
mod init_folders;
mod init_from;
mod init_terraform;
mod logs;
mod man;
mod package;
mod permissions;
mod printing;
mod profiles;
mod proxies;
mod trust;
