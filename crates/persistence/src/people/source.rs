//! The table of sources of promoters.

use medcert_domain::people::PromoterSource;

use super::promoter::folded;
use crate::directory::named_table;

named_table!(PromoterSource in "promoter_source", same by folded);
