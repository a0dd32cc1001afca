//! One's own profile.

mod change_password;
mod read;

pub use change_password::ChangePasswordError;
pub use read::{Profile, ProfileError};
