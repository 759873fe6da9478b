//! The aggregate, command by command, and as a whole by chance and by exhaustion.

mod assigning;
mod commands;
mod diagram;
mod editing;
mod ending;
mod evaluating;
mod filing;
mod fixtures;
mod issuing;
mod overriding;
mod paying;
mod random;
mod refunding;
mod registering;

use super::*;
use crate::billing::{Channel, NewPayment, NewRefund, PaymentStatus};
use commands::*;
use fixtures::*;
