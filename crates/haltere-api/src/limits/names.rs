//! The names of limits.

/// The most that all connections may hold. Named in a 403, like the largest number of connections: waiting does not help.
pub(crate) const CONNECTIONS_BUDGET: &str = "connections.material_budget";

/// Every limit that a response may name, as the configuration does.
pub const LIMITS: &[&str] = &[
    CONNECTIONS_BUDGET,
    "server.max_connections",
    "server.max_connections_per_address",
    "server.max_body_memory",
    "server.max_response_memory",
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
    "limits.audited_actions_per_hour",
];
