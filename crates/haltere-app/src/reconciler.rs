//! Moves what is towards what should be.
