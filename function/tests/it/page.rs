//! The status page: what visitors may know, in every format, and how requests are answered.

mod examples;
mod fixtures;
mod html;
mod requests;
