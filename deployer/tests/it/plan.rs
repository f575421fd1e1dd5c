//! Plans as snapshots: the observed stack is the desired one with one change.

mod changes;
pub mod deployment;
mod digest;
mod down;
mod expected;
mod given;
mod hidden;
mod instances;
mod markdown;
pub mod order;
mod ownership;
mod page;
mod parameters;
mod parts;
pub mod regions;
