//! What travels: types for what goes out, and hand-written readers for what comes in, so that
//! every refusal names its field.

pub(crate) mod broker;
pub(crate) mod certificate;
mod client_hello;
pub(crate) mod connection;
pub(crate) mod connection_fields;
pub(crate) mod connection_input;
pub(crate) mod connection_patch;
pub(crate) mod fields;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
pub(crate) mod labels;
pub(crate) mod pem;
pub(crate) mod schema;
pub(crate) mod sentence;
pub(crate) mod status;
pub(crate) mod time;
