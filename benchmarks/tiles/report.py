"""Tables and goals on the terminal."""

from collections.abc import Sequence

from benchmarks.tiles.client import Seen

_missed: list[str] = []


def section(title: str) -> None:
    """Begin a part."""
    print(f"\n## {title}\n")


def heading() -> None:
    """Print the heads of the columns of ``row``."""
    names = ("zoom", "clients", "server", "tiles/s", *(f"{p} ms" for p in ("p50", "p95", "p99")))
    names += ("mean kB", "max kB", "errors")
    print(f"| {' | '.join(names)} |\n{'|---' * len(names)}|")


def row(zoom: int, clients: int, name: str, seen: Seen) -> None:
    """Print what was seen of a server."""
    mean = sum(seen.sizes) / max(len(seen.sizes), 1) / 1000
    print(
        f"| {zoom} | {clients} | {name} | {seen.rate:.1f} | {seen.percentile(50):.2f} |"
        f" {seen.percentile(95):.2f} | {seen.percentile(99):.2f} | {mean:.1f} |"
        f" {max(seen.sizes, default=0) / 1000:.1f} | {seen.errors} |",
        flush=True,
    )


def goal(what: str, value: float, limit: float, *, at_least: bool = True, unit: str = "") -> None:
    """Print whether a goal is met, with the figure."""
    met = value >= limit if at_least else value <= limit
    sign = ">=" if at_least else "<="
    line = f"goal: {what} {sign} {limit:g}{unit}: {value:.3g}{unit} {'met' if met else 'MISSED'}"
    print(line, flush=True)
    if not met:
        _missed.append(line)


def summary() -> Sequence[str]:
    """Return the goals that were missed."""
    return tuple(_missed)
