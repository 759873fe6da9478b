//! Every action: what it does, what it writes down, and when it refuses.

mod assigning;
mod ending;
mod erasing;
mod overriding;
mod records;
mod reopening;
