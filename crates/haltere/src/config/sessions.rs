//! `[sessions]`

use confique::Config;

use super::units::Span;

/// Login sessions.
#[derive(Debug, Config)]
pub(crate) struct Sessions {
    /// A session ends when it was not used for this long.
    #[config(env = "HALTERE_SESSIONS_IDLE", default = "30m", validate(!idle.is_zero(), "must be more than zero"))]
    pub idle: Span,

    /// A session ends this long after its login, however busy it is.
    #[config(env = "HALTERE_SESSIONS_ABSOLUTE", default = "12h", validate(!absolute.is_zero(), "must be more than zero"))]
    pub absolute: Span,
}
