"""What can keep the database or the server from starting, one class per cause."""

from pathlib import Path

from layers.errors import GisError


class PostgresMissing(GisError):
    """No PostgreSQL server of a version that we can use is installed."""

    def __init__(self, wanted: str) -> None:
        super().__init__(
            f"PostgreSQL {wanted} with PostGIS is not installed: run 'make up', which installs it,"
            " or set GIS_DATABASE_URL to a database that you have."
        )
        self.wanted = wanted


class PostgresAccountMissing(GisError):
    """The system user 'postgres' is missing: install the package postgresql-common, then retry."""


class ClusterGone(GisError):
    """The data of the cluster is not where the link in var says."""

    def __init__(self, link: Path, target: Path) -> None:
        super().__init__(
            f"{link} points to {target}, which is not there: bring that folder back,"
            " or delete the link to begin with an empty database."
        )
        self.link, self.target = link, target


class ClusterFailed(GisError):
    """A program of PostgreSQL refused to do its work."""

    def __init__(self, action: str, reason: str, log: Path) -> None:
        super().__init__(f"PostgreSQL could not {action}: {reason} (details in {log}).")
        self.action, self.reason, self.log = action, reason, log


class TooFewConnections(GisError):
    """All processes together could take more connections than the database has."""

    def __init__(self, workers: int, needed: int, most: int, reserved: int, fitting: int) -> None:
        fewer = f"set GIS_WORKERS to {fitting} or less, or " if fitting else ""
        super().__init__(
            f"GIS_WORKERS={workers} can take {needed} connections, and the database has"
            f" {most - reserved} (max_connections={most}, of which {reserved} are reserved):"
            f" {fewer}set max_connections to at least {needed + reserved}."
        )
        self.workers, self.needed, self.fitting = workers, needed, fitting


class DiskFull(GisError):
    """There is no room left on the disk."""

    def __init__(self, place: Path) -> None:
        super().__init__(f"The disk of {place} is full: free at least 2 GB, then try again.")
        self.place = place


class PostgresTooOld(GisError):
    """The database server is older than we support."""

    def __init__(self, version: int) -> None:
        super().__init__(
            f"The database of GIS_DATABASE_URL runs PostgreSQL {version // 10000}:"
            " PostgreSQL 15 or newer is needed."
        )
        self.version = version


class PostgisTooOld(GisError):
    """PostGIS is older than we support, or absent."""

    def __init__(self, version: str | None) -> None:
        found = f"has PostGIS {version}" if version else "has no PostGIS"
        super().__init__(
            f"The database {found}: install PostGIS 3.3 or newer, then let its administrator"
            " run CREATE EXTENSION postgis, or ALTER EXTENSION postgis UPDATE."
        )
        self.version = version


class ExtensionMissing(GisError):
    """The database lacks an extension that we may not add ourselves."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The database has no extension {name}: let its administrator"
            f" run CREATE EXTENSION {name}."
        )
        self.name = name


class PortTaken(GisError):
    """Another program listens on our port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} is taken by another program: stop that program,"
            f" or choose a port with GIS_PORT, for example GIS_PORT={port + 1}."
        )
        self.port = port


class PortForbidden(GisError):
    """The operating system keeps our port for the administrator."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} needs administrator rights: choose one above 1023 with GIS_PORT."
        )
        self.port = port


class MigrationFailed(GisError):
    """The database refused to take the form that this version needs."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The database could not be brought to the form of this version ({reason}):"
            " correct that, then run 'make up' again."
        )
        self.reason = reason


class DatabaseUnfit(GisError):
    """The database cannot be ours as it is: others' objects, a missing right, another encoding."""


class DatabaseNewer(GisError):
    """The database was brought to its form by a newer release than this one."""


class ServerFailed(GisError):
    """The server ended or stayed silent while it should have started."""

    def __init__(self, what: str, log: Path) -> None:
        super().__init__(f"The server {what}: read {log}, then run 'make up' again.")
        self.what, self.log = what, log


class StepFailed(GisError):
    """A step of the start ended with an error that it has printed itself."""

    def __init__(self, step: str) -> None:
        super().__init__(f"'gis {step}' failed: correct what it says above, then try again.")
        self.step = step
