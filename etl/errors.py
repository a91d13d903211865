"""Exceptions of loading and archiving."""

from pathlib import Path

from layers.errors import GisError


class LoadError(GisError):
    """A file could not be loaded; the layer is as it was."""


class FileMissing(LoadError):
    """The file does not exist."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file}: there is no such file.")
        self.file = file


class FormatUnknown(LoadError):
    """The file's ending names no format that can be read."""

    def __init__(self, file: Path, known: tuple[str, ...]) -> None:
        super().__init__(f"{file}: the ending must be one of {', '.join(known)}.")
        self.file, self.known = file, known


class FileUnreadable(LoadError):
    """The file is damaged, or is not what its ending says."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file}: cannot be read ({' '.join(reason.split())}).")
        self.file, self.reason = file, reason


class MappingInvalid(LoadError):
    """A column mapping names something that does not exist."""


class ColumnMissing(LoadError):
    """The file lacks columns that the layer needs."""

    def __init__(self, layer_id: str, missing: tuple[str, ...], found: tuple[str, ...]) -> None:
        super().__init__(
            f"Layer '{layer_id}' needs {', '.join(missing)}; the file has {', '.join(found)}. "
            f"Name the columns with --map COLUMN={missing[0]}."
        )
        self.layer_id, self.missing, self.found = layer_id, missing, found


class CrsMissing(LoadError):
    """The file does not say its coordinate reference system; name it with --crs EPSG:n."""


class CrsInvalid(LoadError):
    """The coordinate reference system is not known; name it as EPSG:n, for example EPSG:9213."""


class RowsRefused(LoadError):
    """Rows were refused and --strict was given: nothing was loaded."""

    def __init__(self, refused: int, report: Path | None) -> None:
        where = f" See {report}." if report else ""
        super().__init__(f"{refused} rows refused and --strict was given: nothing loaded.{where}")
        self.refused, self.report = refused, report


class ExpectationMissed(LoadError):
    """The result is not what the layer's declaration expects; the old data stay."""


class NoKey(LoadError):
    """Rows can only be merged (upsert) by a key, and the file has none."""


class LayerBusy(LoadError):
    """Another load of this layer is running; try again when it has ended."""


class TableForeign(LoadError):
    """Something that we have not made has the name of a layer's table."""

    def __init__(self, schema: str, name: str, kind: str) -> None:
        super().__init__(
            f"{schema}.{name} is a {kind} that is not ours: rename it or move it to another"
            " schema, as a layer needs the name. Nothing of it was changed."
        )
        self.schema, self.name, self.kind = schema, name, kind


class TableHeld(LoadError):
    """Something depends on a layer's table that a new table cannot be given."""

    def __init__(self, layer_id: str, reason: str) -> None:
        super().__init__(
            f"Layer '{layer_id}' keeps its table: {' '.join(reason.split())}."
            " Drop what depends on it and create it again afterwards, or load with --mode upsert."
        )
        self.layer_id, self.reason = layer_id, reason


class DatabaseRefused(LoadError):
    """The database stopped the load; the layer is as it was."""


class ArchiveError(GisError):
    """Events were not moved; they are where they were."""


class NoTime(ArchiveError):
    """Only events that have a time can be archived by month."""


class ArchiveTaken(ArchiveError):
    """Events of a file and of the table have the same key."""


class ArchiveUnfit(ArchiveError):
    """A file of archived events does not fit the layer, or not what was written into it."""


class RowsChanged(ArchiveError):
    """Events were changed while they were being archived."""


class ArchiveBusy(ArchiveError):
    """Events of this layer are archived or restored already; try again when that has ended."""
