//! The status page: what visitors may know, in every format, and how requests are answered.

mod fixtures;
mod requests;
