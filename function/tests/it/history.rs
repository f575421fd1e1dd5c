//! The history, judged by a plain list of what happened: random runs without faults, runs under faults, clocks that are
//! wrong; what has room, and what other releases wrote.

mod clocks;
mod counting;
mod list;
mod scene;
mod troubles;
mod zones;
