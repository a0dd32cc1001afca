"""What can be measured: a name, and the file that does it."""

from . import (
    audit, console, create, events, flapping, fleet, flood, importing, incoming, isolation, large, listing, memory, people, restart, soak,
    storm,
)

# Those first that are the most sensitive to what else the machine does: a quiet quarter of an hour is enough for them.
SHORT = {
    "isolation": isolation, "storm": storm, "create": create, "events": events, "large": large, "list": listing,
    "restart": restart, "import": importing, "fleet": fleet, "memory": memory, "incoming": incoming, "flood": flood,
    "people": people, "console": console, "audit": audit,
}
SCENARIOS = {name: lambda binary, work, options, it=it: it.measure(binary, work, options.quick) for name, it in SHORT.items()}
# These take long, and are asked for by name.
SCENARIOS["flapping"] = lambda binary, work, options: flapping.measure(binary, work, options.minutes or 10)
SCENARIOS["heap"] = lambda binary, work, options: console.measure_heap(binary, work, options.minutes or 10)
SCENARIOS["soak"] = lambda binary, work, options: soak.measure(binary, work, options.minutes or 60)

USUAL = list(SHORT)
