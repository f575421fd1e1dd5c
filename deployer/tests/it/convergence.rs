//! Whatever was interrupted, the next run finishes: shown for every world, every step and every kind of mishap.

mod instances;
mod interrupts;
mod memory;
mod runs;
pub mod worlds;
