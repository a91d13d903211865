"""Progress bar and summary of a load at a terminal."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from etl.load import Order, Result
from etl.load import Progress as Advance

_MOST_REASONS = 8


@contextmanager
def bar(console: Console, name: str) -> Iterator[Advance]:
    """Show a progress bar on a terminal; show nothing where the output is a file."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as display:
        task = display.add_task(name, total=None)

        def advance(done: int, total: int | None) -> None:
            display.update(task, completed=done, total=total)

        yield advance


def tell(console: Console, order: Order, result: Result) -> None:
    """Print what a load did, and why rows were refused."""
    rate = result.rows_in / result.duration_s if result.duration_s else 0.0
    verb = "would load" if order.dry_run else "loaded"
    console.print(
        f"{order.layer.id}: {verb} {result.rows_loaded} of {result.rows_in} rows"
        f" ({order.mode.value}, {result.duration_s:.1f} s, {rate:,.0f} rows/s)"
    )
    _list(console, "refused", result.reasons)
    _list(console, "look at", result.warnings)
    if result.report:
        console.print(f"  every row with its reason: {escape(str(result.report))}")
    if result.note:
        console.print(f"  look at: {escape(result.note)}")
    if result.unused:
        console.print(f"  columns not used: {escape(', '.join(result.unused))}")


def _list(console: Console, kind: str, reasons: Mapping[tuple[str, str], int]) -> None:
    ranked = sorted(reasons.items(), key=lambda pair: -pair[1])
    for (field, reason), times in ranked[:_MOST_REASONS]:
        console.print(f"  {kind}: {times} x {escape(field)}: {escape(reason)}")
    if len(ranked) > _MOST_REASONS:
        console.print(f"  {kind}: {len(ranked) - _MOST_REASONS} further reasons")
