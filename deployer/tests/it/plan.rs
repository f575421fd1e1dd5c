//! Plans as golden texts: a world is built, the observed one derived from it, one thing changed.

mod changes;
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
pub mod world;
