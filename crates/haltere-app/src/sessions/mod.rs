//! Login sessions.

mod authenticate;
mod log_in;
mod log_out;
mod settings;

pub use authenticate::{EndSignal, Session};
pub use log_in::{LogIn, LoggedIn, LoginError};
pub use settings::{PasswordHashing, SessionSettings, ThrottleSettings};
