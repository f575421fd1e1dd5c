//! Bodies that are made to take time or memory.
