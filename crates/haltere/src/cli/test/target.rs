//! How the broker is dialled: the flags that set the fields of a connection.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use haltere_core::{
    Alpn, BrokerUrl, ConnectionId, MqttPassword, MqttString, Pem, Secret, TlsServerName,
    TlsSettings,
};
use haltere_link::tls::tidy;
use haltere_link::{Interest, LinkSpec, ProbeReport, generated_client_id};

use crate::cli::notice;
use crate::cli::password::secret_from_stdin;

/// The largest certificate or key file that is read, in bytes: as much as the API takes.
const MAX_FILE: u64 = 1 << 20;

#[derive(Debug, Args)]
pub(super) struct Target {
    /// The user name, if the broker requires one
    #[arg(long, value_name = "NAME")]
    username: Option<String>,

    /// Read the password of that user from standard input
    #[arg(long, requires = "username")]
    password_stdin: bool,

    /// The MQTT client id [default: a random one, made as those of connections are]
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,

    /// Trust the CA certificates in this file (PEM) instead of the system's
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    /// Our client certificate (PEM), with its chain; the private key may be in the same file
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,

    /// The private key of that certificate (PEM, not encrypted)
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,

    /// Ask for this protocol in the TLS handshake (ALPN); several times for several, the preferred one first
    #[arg(long, value_name = "NAME")]
    alpn: Vec<String>,

    /// Ask for this host name in the TLS handshake (SNI) and expect it in the broker's certificate, instead
    /// of the URL's host
    #[arg(long, value_name = "NAME", value_parser = TlsServerName::parse)]
    server_name: Option<TlsServerName>,

    /// Do not verify the broker's certificate
    #[arg(long)]
    insecure: bool,

    /// Do not ask the broker for its version and uptime ($SYS)
    #[arg(long)]
    no_metrics: bool,

    /// Write the CA certificate the broker presents to this new file, to trust it with --ca once its
    /// fingerprint was compared
    #[arg(long, value_name = "FILE")]
    save_ca: Option<PathBuf>,
}

impl Target {
    /// Reads the files and the password. Errors name the flag.
    pub(super) fn read(&self, url: BrokerUrl) -> anyhow::Result<LinkSpec> {
        url.check_new().map_err(|error| anyhow!("the URL: {error}"))?;
        let alpn = (!self.alpn.is_empty()).then(|| Alpn::new(self.alpn.clone())).transpose();
        let tls = TlsSettings {
            reject_unauthorized: self.insecure.then_some(false),
            ca: self.ca.as_deref().map(|path| read("--ca", path)).transpose()?,
            cert: self.cert.as_deref().map(|path| read("--cert", path)).transpose()?,
            key: self.key.as_deref().map(|path| read("--key", path)).transpose()?.map(Secret::new),
            alpn: alpn.map_err(|error| anyhow!("--alpn: {error}"))?,
            server_name: self.server_name.clone(),
        };
        let tls = tidy(&tls).map_err(|error| self.blame(error.field, &error.reason.to_string()))?;
        if self.save_ca.as_ref().is_some_and(|path| path.exists()) {
            bail!("--save-ca: the file exists; it is not overwritten");
        }
        let username = mqtt_text("--username", self.username.as_deref())?;
        let client_id = mqtt_text("--client-id", self.client_id.as_deref())?;
        let password = self.password_stdin.then(|| secret_from_stdin("password")).transpose()?;
        let password = password.map(MqttPassword::parse).transpose();
        let password = password.map_err(|why| anyhow!("--password-stdin: {why}"))?;

        // As if by an instance of its own, so that no link loses its session.
        let instance = format!("{:08x}", rand::random::<u32>());
        let client_id = client_id
            .map_or_else(|| generated_client_id(&instance, "test").into(), |it| it.shared());
        let id = ConnectionId::parse("test").expect("a valid id");
        Ok(LinkSpec {
            username: username.filter(|it| !it.as_str().is_empty()).map(|it| it.shared()),
            password: password.map(|it| it.shared()),
            tls,
            interest: if self.no_metrics {
                Interest::none()
            } else {
                Interest::version_and_uptime()
            },
            no_metrics: self.no_metrics,
            ..LinkSpec::new(id, url, client_id)
        })
    }

    /// Says which file is at fault.
    fn blame(&self, field: &str, reason: &str) -> anyhow::Error {
        let path = match field {
            "ca" => &self.ca,
            "cert" => &self.cert,
            _ => &self.key,
        };
        match path {
            Some(path) => anyhow!("--{field} {}: {reason}", path.display()),
            None => anyhow!("--{field}: {reason}"),
        }
    }

    /// Writes the CA that was presented to a file, if that was asked for.
    pub(super) fn save_ca(&self, report: &ProbeReport) -> anyhow::Result<()> {
        let Some(path) = &self.save_ca else { return Ok(()) };
        let top = report.peer_chain.last().filter(|top| top.subject == top.issuer);
        let Some(top) = top else {
            bail!(
                "--save-ca: the broker presented no certificate that vouches for itself; ask its operator for the CA"
            );
        };
        let mut file = fs::File::create_new(path)
            .with_context(|| format!("failed to create {}", path.display()))?;
        io::Write::write_all(&mut file, top.pem.as_bytes())
            .with_context(|| format!("failed to write {}", path.display()))?;
        notice(&format!(
            "\nSaved \"{}\" to {}. Compare its fingerprint before you trust it.",
            top.subject,
            path.display()
        ));
        Ok(())
    }
}

fn read(flag: &str, path: &Path) -> anyhow::Result<Pem> {
    let shown = path.display();
    // A pipe is accepted here: a user is waiting at the terminal, and can stop it.
    let mut bytes = Vec::new();
    let read =
        fs::File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes));
    read.with_context(|| format!("{flag} {shown}"))?;
    if bytes.len() as u64 > MAX_FILE {
        bail!("{flag} {shown}: is larger than 1 MiB");
    }
    Ok(Pem::new(bytes))
}

fn mqtt_text(flag: &str, text: Option<&str>) -> anyhow::Result<Option<MqttString>> {
    text.map(MqttString::parse).transpose().map_err(|why| anyhow!("{flag}: {why}"))
}
