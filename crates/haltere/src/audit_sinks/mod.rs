//! Where the audit trail is copied to, as configured.

mod file;
mod syslog;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use haltere_app::audit_sinks::SinkSettings;
use haltere_core::{Pem, Secret, TlsSettings};
use haltere_link::{LinkConfig, Outbound};

use crate::clock::SystemClock;
use crate::config::{AuditSyslog, Settings};
use crate::plain_file;
use file::{FileSettings, FileSink};
use syslog::{Header, SyslogSink};

/// Where Linux keeps the name of this machine.
const HOSTNAME: &str = "/proc/sys/kernel/hostname";

/// The sinks that the configuration names. They dial as links do.
pub(crate) fn configured(
    settings: &Settings,
    link: &LinkConfig,
) -> anyhow::Result<Vec<SinkSettings>> {
    let file = &settings.audit.file;
    let mut sinks = Vec::new();
    if let Some(path) = &file.path {
        let sink = FileSink::new(FileSettings {
            path: path.clone(),
            max_bytes: file.max_size.bytes() as u64,
            keep: file.keep,
        });
        sinks.push(SinkSettings { sink: Arc::new(sink), is_required: file.required });
    }
    let syslog = &settings.audit.syslog;
    if let Some(receiver) = &syslog.url {
        let outbound = Outbound::new(link, Arc::new(SystemClock));
        let hostname = fs::read_to_string(HOSTNAME).unwrap_or_default();
        let header = Header::new(syslog.facility.number(), &hostname, std::process::id());
        let sink = SyslogSink::new(outbound, receiver.clone(), tls(syslog)?, header);
        sinks.push(SinkSettings { sink, is_required: syslog.required });
    }
    Ok(sinks)
}

fn tls(AuditSyslog { ca, cert, tls_key, .. }: &AuditSyslog) -> anyhow::Result<TlsSettings> {
    let read = |setting: &'static str, path: &Option<std::path::PathBuf>| {
        let content = path.as_deref().map(|path| read_pem(path).context(setting));
        content.transpose()
    };
    Ok(TlsSettings {
        ca: read("audit.syslog.ca", ca)?,
        cert: read("audit.syslog.cert", cert)?,
        key: read("audit.syslog.tls_key", tls_key)?.map(Secret::new),
        ..TlsSettings::default()
    })
}

fn read_pem(path: &Path) -> anyhow::Result<Pem> {
    let bytes = plain_file::read(path, Pem::MAX_BYTES as u64);
    let bytes = bytes.with_context(|| format!("failed to read {}", path.display()))?;
    Ok(Pem::new(bytes))
}
