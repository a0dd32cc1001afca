//! The real binary against real brokers. One executable, so that it is linked once; a file per
//! promise.
