//! The stories every backend must be able to tell.
