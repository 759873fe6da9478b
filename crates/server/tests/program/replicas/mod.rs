//! Two replicas of the program on one PostgreSQL and one bucket, behind the nginx of deploy/.

mod contract;
mod installation;
mod load;
mod walk;
