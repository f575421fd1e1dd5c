//! The next run completes an interrupted one: from every initial state, with every kind of fault at every step.

pub mod initial_states;
mod instances;
mod interrupts;
mod memory;
mod moves;
mod page;
mod runs;
