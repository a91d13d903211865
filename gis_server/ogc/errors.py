"""Errors of the OGC interface; each stands under one that gis_server.errors has a status for."""

from collections.abc import Iterable

from gis_server.errors import Busy, NotAcceptable, NotFound
from gis_server.params import ParameterInvalid

_EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"


class ParameterUnknown(ParameterInvalid):
    """A request names a parameter that this address does not have."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name, f"it is not known here; known are {', '.join(known)}")
        self.known = known


class FilterInvalid(ParameterInvalid):
    """A filter is not CQL2, or compares what cannot be compared."""

    def __init__(self, reason: str) -> None:
        super().__init__("filter", reason)


class ProcessUnknown(NotFound):
    """There is no process with this id."""

    uri = f"{_EXCEPTIONS}/no-such-process"

    def __init__(self, process_id: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no process '{process_id[:100]}'; there is {', '.join(known)}.")
        self.process_id = process_id


class JobUnknown(NotFound):
    """No process is executed as a job: its answer is the result, and nothing of it is kept."""

    uri = f"{_EXCEPTIONS}/no-such-job"

    def __init__(self, job_id: str) -> None:
        super().__init__(
            f"There is no job '{job_id[:100]}': a process answers with its result, as no job."
        )
        self.job_id = job_id


class FeatureUnknown(NotFound):
    """A layer has no feature with this id."""

    def __init__(self, layer_id: str, key: str) -> None:
        super().__init__(f"Layer '{layer_id}' has no feature '{key}'.")
        self.layer_id, self.key = layer_id, key


class FormUnacceptable(NotAcceptable):
    """A client takes none of the forms that a resource has."""

    def __init__(self, accept: str, offered: Iterable[str]) -> None:
        known = ", ".join(offered)
        super().__init__(f"Nothing here is of '{accept[:100]}'; there is {known} (Accept, or f=).")
        self.accept = accept


class DownloadsBusy(Busy):
    """Others are downloading at the moment; try again shortly, or ask for pages with f=json."""
