//! Secrets of connections, sealed and opened.
