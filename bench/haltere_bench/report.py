"""Rows of results: printed for people, kept for comparison."""

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Row:
    """One number, with what it must be and what it should be."""

    name: str
    unit: str
    value: float
    must_min: float | None = None
    aim_min: float | None = None
    must_max: float | None = None
    aim_max: float | None = None
    # Where the true value lies, with 95 % certainty, when that is known.
    interval: tuple[float, float] | None = None
    detail: dict = field(default_factory=dict)

    def misses_must(self) -> bool:
        return _outside(self.value, self.must_min, self.must_max)

    def misses_aim(self) -> bool:
        return _outside(self.value, self.aim_min, self.aim_max)

    def measured(self) -> str:
        between = f" ({self.interval[0]:.3g} to {self.interval[1]:.3g})" if self.interval else ""
        return f"{self.value:.3g}{between} {self.unit}"

    def verdict(self) -> str:
        if self.must_min is None and self.must_max is None:
            return ""
        if self.misses_must():
            return "MISSED"
        return "must met" if self.misses_aim() else "aim met"


def _outside(value: float, lowest: float | None, highest: float | None) -> bool:
    return (lowest is not None and value < lowest) or (highest is not None and value > highest)


def _bound(lowest: float | None, highest: float | None) -> str:
    if lowest is not None:
        return f"≥ {lowest:g}"
    return f"≤ {highest:g}" if highest is not None else ""


def table(rows: list[Row], facts: dict) -> str:
    cells = [("what", "measured", "must", "aim", "")]
    for row in rows:
        must, aim = _bound(row.must_min, row.must_max), _bound(row.aim_min, row.aim_max)
        cells.append((row.name, row.measured(), must, aim, row.verdict()))
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in cells]
    lines.insert(1, "  ".join("-" * width for width in widths).rstrip())
    machine, versions = facts["machine"], facts["versions"]
    lines.append(f"\n{machine['cores']} × {machine['cpu']}, Linux {machine['kernel']}, commit {versions['commit']}")
    return "\n".join(lines)


def save(rows: list[Row], facts: dict, path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    results = [{**asdict(row), "verdict": row.verdict()} for row in rows]
    text = json.dumps({**facts, "results": results}, indent=1, ensure_ascii=False)
    # A sample, or a round, is read as one thing, and is on one line.
    text = re.sub(r"[\[{][^\[\]{}]*[\]}]", lambda flat: re.sub(r"\n\s*", " ", flat[0]) if len(flat[0]) < 400 else flat[0], text)
    path.write_text(text + "\n")
    return path
