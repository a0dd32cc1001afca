//! Rules for passwords, and hashing them.
