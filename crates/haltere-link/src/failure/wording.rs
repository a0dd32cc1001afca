//! Messages that have to say something else for this connection.

use haltere_core::{LinkFailure, Note, Reason};

use super::class::{is_about_settings, lacks_settings};

/// Notes that the plugin `tls` is off, where that may be the cause, instead of a remedy that is a
/// setting. `has_settings`: the connection has TLS settings of its own.
pub(crate) fn with_plugin_off(mut failure: LinkFailure, has_settings: bool) -> LinkFailure {
    let concerned =
        if has_settings { is_about_settings(&failure) } else { lacks_settings(&failure) };
    if concerned {
        let notes = &mut failure.message.notes;
        notes.retain(|note| !note.asks_for_setting());
        notes.push(if has_settings { Note::TlsSettingsUnused } else { Note::TlsSettingsOff });
    }
    failure
}

/// The name in the handshake is `tls.serverName` and not the URL's host.
pub(crate) fn about_server_name(mut failure: LinkFailure) -> LinkFailure {
    if *failure.message.reason == Reason::TlsNameUnknown {
        *failure.message.reason = Reason::TlsServerNameUnknown;
    }
    for note in &mut failure.message.notes {
        if *note == Note::UseNameInUrl {
            *note = Note::UseServerName;
        }
    }
    failure
}
