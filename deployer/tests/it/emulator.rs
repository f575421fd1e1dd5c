//! The real binary against the emulator, which runs the real function.
#![cfg(target_os = "linux")]

mod account_plan;
mod adoption;
mod announcing;
mod by_hand;
mod changes;
mod ci;
mod code;
mod color;
mod degraded;
mod drift;
mod enforcement;
mod history;
mod home;
mod interruption;
mod late_logs;
mod loss;
mod notifications;
mod ownership;
mod page;
mod page_drift;
mod removal;
mod sandbox;
mod secrecy;
mod secrets;
mod separation;
mod sharing;
mod story;
mod terminal;
