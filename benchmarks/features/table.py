"""The table of all figures, with the goals beside them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.features.servers import NAMES

BARE = ("written", "kept")
"""Statements without a server: PostGIS writes, or reads what rows keep."""

PEERS = NAMES[1:]

type Cell = tuple[str, int]
"""A question, and how many ask it at a time."""


@dataclass(slots=True)
class Seen:
    """Figures by cell and by who gave them, and reasons where there is none.

    Answers a second, so more is better; but seconds and megabytes in the cells of ``costs``.
    """

    figures: dict[Cell, dict[str, float]] = field(default_factory=dict)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    costs: set[Cell] = field(default_factory=set)

    def expect(self, questions: list[str], clients: list[int]) -> None:
        """Give the cells their order."""
        self.figures |= {(question, count): {} for question in questions for count in clients}

    def put(self, cell: Cell, who: str, figure: float, *, is_cost: bool = False) -> None:
        """Note a figure."""
        self.figures.setdefault(cell, {})[who] = figure
        if is_cost:
            self.costs.add(cell)

    def excuse(self, question: str, who: str, reason: str) -> None:
        """Note why someone has no figure for a question."""
        self.reasons[question, who] = reason

    def ratio(self, cell: Cell, who: str) -> float | None:
        """Return how many times better ours is."""
        figures = self.figures.get(cell, {})
        mine, other = figures.get("ours"), figures.get(who)
        if not mine or not other:
            return None
        return other / mine if cell in self.costs else mine / other


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted in a cell: a value computed from the figures, at least or at most so much."""

    cell: Cell
    text: str
    value: Callable[[Seen], float | None]
    wanted: float
    at_most: bool = False

    def verdict(self, seen: Seen) -> str | None:
        """Say whether it is met; None when it was not measured."""
        value = self.value(seen)
        if value is None:
            return None
        met = value <= self.wanted if self.at_most else value >= self.wanted
        sign = "<=" if self.at_most else ">="
        return f"{self.text} {sign} {self.wanted:g}: {value:.3g} {'met' if met else 'MISSED'}"


def show(seen: Seen, goals: list[Goal]) -> None:
    """Print the table, the reasons for what is missing in it, and how many goals are met."""
    heads = ("question", "clients", *NAMES, *BARE, *(f"ours / {peer}" for peer in PEERS), "goals")
    print(f"\n| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    verdicts = [(goal.cell, text) for goal in goals if (text := goal.verdict(seen))]
    for cell in seen.figures:
        texts = [text for goal_cell, text in verdicts if goal_cell == cell]
        print(f"| {' | '.join((*_row(seen, cell), '; '.join(texts)))} |")
    print("\nAnswers a second; in rows named s or MB less is better. The ratios say how many times")
    print("better ours is. written, kept: one statement alone over two connections.")
    for (question, who), reason in seen.reasons.items():
        print(f"–: {who}, {question}: {reason}")
    missed = [text for _, text in verdicts if text.endswith("MISSED")]
    print(f"\n{len(verdicts) - len(missed)} goals met, {len(missed)} missed")


def _row(seen: Seen, cell: Cell) -> list[str]:
    figures = seen.figures[cell]
    ratios = (seen.ratio(cell, peer) for peer in PEERS)
    return [
        cell[0],
        str(cell[1]),
        *(_figure(figures.get(who)) for who in (*NAMES, *BARE)),
        *("" if ratio is None else f"{ratio:.2f}x" for ratio in ratios),
    ]


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
