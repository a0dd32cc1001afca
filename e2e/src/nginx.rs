//! A real nginx in front, configured as the guide says.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;

use haltere_testkit::Identity;
use haltere_testkit::ports::ReservedPort;
use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::process::{Child, Command};

use crate::wait::eventually;

const GUIDE: &str = include_str!("../../docs/guide/reverse-proxy-and-tls.md");

/// A running nginx, which ends TLS unless it is plain. Killed when dropped.
pub struct Nginx {
    port: ReservedPort,
    is_tls: bool,
    _folder: TempDir,
    _child: Child,
}

/// The blocks for nginx in the guide, in its order.
pub fn blocks_in_the_guide() -> Vec<&'static str> {
    let blocks = GUIDE.split("```nginx\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or(block)).collect()
}

impl Nginx {
    /// Starts with a block of the guide: a `server`, or a `location`, which is put into the one that
    /// the guide begins with. `replace` has the real values for the guide's examples.
    pub async fn start(block: &str, identity: &Identity, replace: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| path_in(&folder, name);
        std::fs::write(at("cert.pem"), &identity.cert_pem).expect("written");
        std::fs::write(at("key.pem"), &identity.key_pem).expect("written");
        let port = ReservedPort::on(Ipv4Addr::LOCALHOST.into());
        let mut server = block.to_owned();
        if block.starts_with("location") {
            let whole = blocks_in_the_guide()[0];
            let (frame, _) = whole.split_once("    location").expect("a location in it");
            server = format!("{frame}{block}}}\n");
        }
        for (from, to) in [
            ("listen 443 ssl", format!("listen {} ssl", port.address())),
            ("/etc/ssl/haltere.pem", at("cert.pem")),
            ("/etc/ssl/haltere.key", at("key.pem")),
        ] {
            assert!(server.contains(from), "{from} is not in {server}");
            server = server.replace(from, &to);
        }
        for (from, to) in replace {
            assert!(server.contains(from), "{from} is not in {server}");
            server = server.replace(from, to);
        }
        Self::run(folder, port, &server).await
    }

    /// Starts with `directives` inside a `server` without TLS, and `outside` next to it.
    pub async fn start_plain(outside: &str, directives: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = ReservedPort::on(Ipv4Addr::LOCALHOST.into());
        let server = format!("{outside}\nserver {{ listen {}; {directives} }}", port.address());
        Self { is_tls: false, ..Self::run(folder, port, &server).await }
    }

    #[expect(clippy::disallowed_methods, reason = "tests dial their own port")]
    async fn run(folder: TempDir, port: ReservedPort, server: &str) -> Self {
        let at = |name: &str| path_in(&folder, name);
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {};", at(kind)))
            .concat();
        let config = format!(
            "daemon off; master_process off; pid {}; error_log stderr warn;\n\
             events {{}}\nhttp {{ access_log off; {temporary}\n{server} }}\n",
            at("pid")
        );
        std::fs::write(at("nginx.conf"), config).expect("written");
        let child = Command::new(program())
            .args(["-e", "stderr", "-p"])
            .arg(folder.path())
            .args(["-c", &at("nginx.conf")])
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("nginx can be started; scripts/setup installs it");
        let nginx = Self { port, is_tls: true, _folder: folder, _child: child };
        eventually("nginx listens", async || {
            let socket = TcpSocket::new_v4().expect("a socket");
            socket.connect(nginx.address()).await.ok()
        })
        .await;
        nginx
    }

    /// `https://localhost:PORT`, or `http://`
    pub fn base(&self) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.address().port())
    }

    fn address(&self) -> SocketAddr {
        self.port.address()
    }
}

fn path_in(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

/// Debian keeps servers where only root looks.
fn program() -> &'static str {
    ["/usr/sbin/nginx", "/usr/local/sbin/nginx"]
        .into_iter()
        .find(|path| std::path::Path::new(path).exists())
        .unwrap_or("nginx")
}
