"""What a result was measured on, and with."""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from .build import ROOT

# Debian keeps servers where an ordinary user's path does not lead.
os.environ["PATH"] += ":/usr/sbin:/sbin"


def require(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise SystemExit(f"not installed: {', '.join(missing)} (apt-get install nginx-light wrk mosquitto openssl chromium)")


def facts(binary: Path, commit: str | None) -> dict:
    """`commit` when it was not built here, now."""
    cpuinfo, meminfo = Path("/proc/cpuinfo").read_text(), Path("/proc/meminfo").read_text()
    model = re.search(r"model name\s*:\s*(.*)", cpuinfo)
    return {
        "machine": {
            "cpu": model.group(1) if model else platform.machine(),
            "cores": os.cpu_count(),
            "memory_mib": int(re.search(r"MemTotal:\s*(\d+)", meminfo).group(1)) // 1024,
            "kernel": platform.release(),
        },
        "versions": {
            "haltere": _first_line([str(binary), "--version"]),
            "commit": commit or _first_line(["git", "rev-parse", "--short=12", "HEAD"]),
            "rustc": _first_line(["rustc", "--version"]),
            "mosquitto": _first_line(["mosquitto", "-h"]),
            "nginx": _first_line(["nginx", "-v"]),
            "wrk": _first_line(["wrk", "-v"]),
        },
    }


def _first_line(command: list[str]) -> str:
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20)
    except OSError:
        return "unknown"
    return done.stdout.strip().split("\n")[0]
