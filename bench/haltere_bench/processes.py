"""The programs that take part. Each is a context manager that leaves no process behind."""

import base64
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

PASSWORD = "bench-password"
DEADLINE = 60.0


def eventually(what: str, ask, pause: float = 0.01, deadline: float = DEADLINE):
    """Asks until the answer is truthy, and returns it."""
    started = time.monotonic()
    while not (answer := ask()):
        if time.monotonic() - started > deadline:
            raise TimeoutError(f"waited {deadline} s in vain for {what}")
        time.sleep(pause)
    return answer


def free_port() -> int:
    """Below those that the kernel gives to outgoing connections: one of those may take such a port
    while its server is down, and the server can't come back."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        with socket.socket() as probe:
            port = random.randrange(lowest // 2, lowest)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """A child process; SIGTERM at the end, SIGKILL when that does not help."""

    process: subprocess.Popen

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        process = getattr(self, "process", None)
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Mosquitto(Process):
    """A broker with a plain and a TLS listener, open to all. May be stopped and started again."""

    def __init__(self, folder: Path):
        self.folder, self.port, self.tls_port = folder, free_port(), free_port()

    def start(self):
        config = self.folder / "mosquitto.conf"
        if not config.exists():
            self._configure(config)
        with (self.folder / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen(["mosquitto", "-c", config], stdin=subprocess.DEVNULL, stderr=log)
        eventually("mosquitto", lambda: accepts(self.port) and accepts(self.tls_port))
        return self

    def _configure(self, config: Path) -> None:
        self.folder.mkdir()
        self.ca = _certificates(self.folder)
        config.write_text(
            "user root\nallow_anonymous true\npersistence false\nmax_connections -1\nlog_type error\n"
            f"listener {self.port} 127.0.0.1\n"
            f"listener {self.tls_port} 127.0.0.1\n"
            f"certfile {self.folder}/server.crt\nkeyfile {self.folder}/server.key\n"
        )

    def connection(self, number: int, tls: bool) -> dict:
        """The body of a connection as an ordinary one looks: with a login and, over TLS, a CA of its own."""
        scheme, port = ("mqtts", self.tls_port) if tls else ("mqtt", self.port)
        body = {
            "id": f"broker-{number:05}",
            "name": f"Broker {number:05}",
            "url": f"{scheme}://127.0.0.1:{port}",
            "credentials": {"username": "haltere", "password": f"secret-{number:05}"},
        }
        if tls:
            body["ca"] = {"data": base64.b64encode(self.ca).decode(), "encoding": "base64"}
        return body


def _certificates(folder: Path) -> bytes:
    """A CA and a server certificate for 127.0.0.1; returns the CA as PEM."""
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=bench CA")
    openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "server.crt", "-days", "2", "-extfile", "san")
    return (folder / "ca.crt").read_bytes()


class Nginx(Process):
    """Debian's nginx as it comes (sendfile, a worker per core), serving one folder without a log."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()

    def start(self):
        (self.folder / "files").mkdir(parents=True)
        self.folder.chmod(0o755)
        config = self.folder / "nginx.conf"
        config.write_text(
            "daemon off; user root; worker_processes auto; error_log stderr error;\n"
            f"pid {self.folder}/nginx.pid; events {{ worker_connections 768; }}\n"
            "http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; default_type application/json;\n"
            f"  client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;\n"
            f"  fastcgi_temp_path {self.folder}/fastcgi; uwsgi_temp_path {self.folder}/uwsgi; scgi_temp_path {self.folder}/scgi;\n"
            f"  server {{ listen 127.0.0.1:{self.port}; root {self.folder}/files; }} }}\n"
        )
        self.process = subprocess.Popen(["nginx", "-c", str(config), "-p", str(self.folder)], stdin=subprocess.DEVNULL)
        eventually("nginx", lambda: accepts(self.port))
        return self

    def serve(self, name: str, body: bytes) -> str:
        path = self.folder / "files" / name
        path.write_bytes(body)
        path.chmod(0o644)
        return f"http://127.0.0.1:{self.port}/{name}"


class Haltere(Process):
    """haltere on a data folder, with an administrator whose password is known."""

    def __init__(self, binary: Path, data: Path, **settings: str):
        """`settings` are environment variables without their prefix: `LOG_LEVEL="debug"`."""
        self.binary, self.data = binary, data
        self.settings = {f"HALTERE_{name}": value for name, value in settings.items()}
        self.log = data.parent / f"{data.name}.log"

    def start(self):
        self.started = time.monotonic()
        self.log.write_bytes(b"")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--listen", "127.0.0.1:0", "--data-dir", self.data],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={"PATH": "/usr/bin:/bin", "HALTERE_ADMIN_PASSWORD": PASSWORD, **self.settings},
            )
        self.port = eventually("haltere's address", self._said_port, pause=0.001)
        return self

    def _said_port(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"haltere ended:\n{self.log.read_text()}")
        found = re.search(rb"http://127\.0\.0\.1:(\d+)", self.log.read_bytes())
        return found and int(found.group(1))

    def login(self, username: str = "admin", password: str = PASSWORD) -> str:
        """A session, as the value of the header Cookie."""
        form = json.dumps({"username": username, "password": password})
        status, headers, body = self.request("POST", "/auth?json=1", form)
        if status != 200:
            raise RuntimeError(f"login failed: {status} {body!r}")
        return headers["Set-Cookie"].split(";")[0]

    def request(self, method: str, target: str, body: str | None = None, cookie: str | None = None):
        """One request on a connection of its own; status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            return _exchange(connection, method, target, body, cookie)
        finally:
            connection.close()

    def add_user(self, name: str, role: str) -> None:
        command = [self.binary, "users", "add", name, "--role", role, "--password-stdin", "--data-dir", self.data]
        subprocess.run(command, input=PASSWORD, text=True, check=True, env={"PATH": "/usr/bin:/bin"}, capture_output=True)

    def load(self, bodies: list[dict]) -> None:
        """Makes connections, all in one go; their links come up at the dial rate."""
        status, _, answer = self.request("POST", "/api/connection-import", json.dumps(bodies), self.login())
        if status != 200 or json.loads(answer)["create"] != len(bodies):
            raise RuntimeError(f"importing {len(bodies)} connections: {status} {answer[:500]!r}")

    def n_sockets(self) -> int:
        """How many sockets it has open: found without asking it, so that asking costs it no memory."""
        return sum(name.startswith("socket:") for name in self._descriptors())

    def n_descriptors(self) -> int:
        return len(self._descriptors())

    def _descriptors(self) -> list[str]:
        names = []
        for entry in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                names.append(str(entry.readlink()))
            except OSError:
                pass
        return names

    def cpu_seconds(self) -> float:
        """Processor time used so far, by the process and the kernel for it."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def n_connected(self, cookie: str) -> int:
        """How many connections are up."""
        status, _, body = self.request("GET", "/api/connections?secrets=omit", cookie=cookie)
        if status != 200:
            raise RuntimeError(f"{status} {body!r}")
        return body.count(b'"connected":true')

    def rss_kib(self, which: str = "VmRSS") -> int:
        """Resident memory: all of it, or `RssAnon`, without the pages of files."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"{which}:\s*(\d+)", status).group(1))


def _exchange(connection: http.client.HTTPConnection, method: str, target: str, body: str | None, cookie: str | None):
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if cookie:
        headers["Cookie"] = cookie
    connection.request(method, target, body, headers)
    response = connection.getresponse()
    return response.status, response.headers, response.read()
