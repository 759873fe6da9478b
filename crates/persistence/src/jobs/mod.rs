//! Jobs: what was asked for, and what came of each line.

mod job;
mod line;
mod reads;
mod writes;
