"""Building what is measured, and what it is measured with."""

import functools
import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def release() -> Path:
    """Builds the release binary, with the console, and returns its path, wherever the target folder is."""
    subprocess.run([ROOT / "scripts/console"], check=True)
    return _build("haltere", "haltere")


@functools.cache
def swarm() -> Path:
    """The same for the swarm of brokers, unless there is one already: HALTERE_SWARM says where."""
    if path := os.environ.get("HALTERE_SWARM"):
        return Path(path)
    return _build("haltere-testkit", "haltere-swarm")


def _build(package: str, name: str) -> Path:
    # As packaging/build does.
    flags = (ROOT / "packaging/static.flags").read_text().replace("\n", " ")
    triple = subprocess.run(["rustc", "--print", "host-tuple"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    command = ["cargo", "build", "--release", "--package", package, "--bin", name, "--target", triple, "--message-format", "json-render-diagnostics"]
    output = subprocess.run(command, cwd=ROOT, env={**os.environ, "RUSTFLAGS": flags}, check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in output.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == name:
            return Path(message["executable"])
    raise SystemExit(f"cargo built no executable named {name}")
