//! The names of limits.

/// Every limit that an answer may name, as the configuration does.
pub const LIMITS: &[&str] = &[
    "server.max_connections",
    "server.max_connections_per_address",
    "server.max_body_memory",
    "server.max_answer_memory",
    "limits.streams",
    "limits.streams_per_user",
    "limits.streams_per_address",
    "limits.tests",
    "limits.tests_per_user",
    "limits.tests_per_address",
    "limits.imports",
    "limits.imports_per_user",
    "limits.imports_per_address",
    "limits.import_rate",
    "limits.password_checks",
    "limits.failed_logins_per_user",
    "limits.failed_logins_per_address",
    "limits.refusals_per_minute",
];
