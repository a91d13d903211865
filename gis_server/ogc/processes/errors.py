"""Errors of OGC API Processes, with the problem types that the standard gives them."""

from collections.abc import Iterable

from gis_server.http.errors import MissingOfType

_EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"


class ProcessUnknown(MissingOfType):
    """There is no process with this id."""

    problem_type = f"{_EXCEPTIONS}/no-such-process"

    def __init__(self, process_id: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no process '{process_id[:100]}'; there is {', '.join(known)}.")
        self.process_id = process_id


class JobUnknown(MissingOfType):
    """No process is executed as a job: its answer is the result, and nothing of it is kept."""

    problem_type = f"{_EXCEPTIONS}/no-such-job"

    def __init__(self, job_id: str) -> None:
        super().__init__(
            f"There is no job '{job_id[:100]}': a process answers with its result, as no job."
        )
        self.job_id = job_id
