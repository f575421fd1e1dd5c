//! Plans as snapshots: the observed stack is the desired one with one change.

mod changes;
pub mod deployment;
mod digest;
mod down;
mod given;
mod hidden;
mod instances;
pub mod order;
mod ownership;
mod parameters;
mod parts;
mod regions;
