//! Plans as golden texts: a world is built, the observed one derived from it, one thing changed.

mod changes;
mod down;
mod given;
mod hidden;
mod ownership;
mod parameters;
mod parts;
mod regions;
mod waves;
pub mod world;
