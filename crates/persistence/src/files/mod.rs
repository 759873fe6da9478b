//! Files: the objects behind them. Their rows are a part of what they belong to.

mod discarded;
mod reads;
mod writes;
