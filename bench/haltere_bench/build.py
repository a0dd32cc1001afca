"""Building what is measured."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def release() -> Path:
    """Builds the release binary and returns its path, wherever the target folder is."""
    command = ["cargo", "build", "--release", "--package", "haltere", "--message-format", "json-render-diagnostics"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in output.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "haltere":
            return Path(message["executable"])
    raise SystemExit("cargo built no executable named haltere")
