//! The history, judged by a plain list of what happened: random runs without faults, runs under faults, clocks that are
//! wrong; what has room, and what other releases wrote.

mod clocks;
mod comparing;
mod counting;
mod formats;
mod list;
mod page;
mod records;
mod room;
mod scene;
mod troubles;
mod zones;
