"""Where archived events are: a folder a month of Viet Nam's time, in it a file a layer. Pure.

The folders are named as many programs read them: ``year=2024/month=03/incident.parquet``.
"""

from datetime import date, datetime, timedelta
from pathlib import Path

from cells.errors import ArchiveEmpty
from layers import local_time

Month = date
"""The first day of a month."""


def place(folder: Path, layer_id: str, month: Month) -> Path:
    """Return the file of a month."""
    return folder / f"year={month.year:04}" / f"month={month.month:02}" / f"{layer_id}.parquet"


def month_of(file: Path) -> Month:
    """Return the month of a file in its place."""
    year, month = (int(p.name.partition("=")[2]) for p in (file.parent.parent, file.parent))
    return date(year, month, 1)


def span(month: Month) -> tuple[datetime, datetime]:
    """Return when a month begins, and when the next does."""
    following = (month + timedelta(days=31)).replace(day=1)
    return midnight(month), midnight(following)


def midnight(day: date) -> datetime:
    """Return when a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=local_time.ZONE)


def archived(folder: Path, layer_id: str) -> list[Path]:
    """Return the files of a layer in their places, the oldest month first.

    Raises:
        ArchiveEmpty: there is none.
    """
    pattern = f"year=[0-9][0-9][0-9][0-9]/month=[01][0-9]/{layer_id}.parquet"
    return _some(sorted(folder.glob(pattern)), folder, layer_id)


def everywhere(folder: Path, layer_id: str) -> list[Path]:
    """Return the files of a layer however deep: a folder may hold those of many provinces.

    Raises:
        ArchiveEmpty: there is none.
    """
    return _some(sorted(folder.rglob(f"{layer_id}.parquet")), folder, layer_id)


def _some(files: list[Path], folder: Path, layer_id: str) -> list[Path]:
    if not files:
        raise ArchiveEmpty(
            f"{folder}: no archived events of layer '{layer_id}'; they would be in files"
            f" year=2024/month=03/{layer_id}.parquet."
        )
    return files
