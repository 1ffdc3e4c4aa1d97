"""Counters of all processes, in the database, and the text format of Prometheus."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby

from ai_module_runtime.engine.errors import is_unavailable
from ai_module_runtime.engine.store import Sample, Store

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
"""Upper limits of the buckets of histograms, in seconds."""

METRICS = {
    "ai_host_info": ("gauge", "The mode of the host."),
    "ai_database_up": ("gauge", "Whether the database answers and its tables can be used, as in /readyz."),
    "ai_module_up": ("gauge", "Whether a module is ready in this process."),
    "ai_workers": ("gauge", "Processes that run jobs."),
    "ai_http_requests_total": ("counter", "Requests by method, route and status."),
    "ai_http_request_duration_seconds": ("histogram", "Time to answer requests."),
    "ai_jobs": ("gauge", "Jobs by module and status."),
    "ai_job_queue_age_seconds": (
        "gauge",
        "How long the oldest job of a module that could start has been waiting.",
    ),
    "ai_jobs_waiting_for_retry": ("gauge", "Jobs whose last attempt failed, until the next one is due."),
    "ai_job_wait_seconds": ("histogram", "Time from the request for a job to its first start."),
    "ai_job_duration_seconds": ("histogram", "Time of attempts at jobs."),
    "ai_job_attempts_total": ("counter", "Attempts at jobs by module and outcome."),
    "ai_event_deliveries_waiting": ("gauge", "Events that wait for a module."),
    "ai_dead_letters": ("gauge", "Events that were given up."),
}
"""All metrics, in the order of the output."""


def labels_of(**labels: object) -> str:
    """The labels of a series, in the text format of Prometheus."""
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(value: object) -> str:
    return str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Metrics:
    """Counts what this process does, and adds it to the counters in the database when `flush` is called.

    Those are of all processes, also of workers without a server.
    """

    def __init__(self) -> None:
        self._added: defaultdict[tuple[str, str, str, int], float] = defaultdict(float)
        self._logger = logging.getLogger(__name__)

    def count(self, name: str, labels: str, instance: str = "") -> None:
        """Count one. `instance` is the address that is scraped; empty for what the host counts as a whole."""
        self._added[instance, name, labels, -1] += 1

    def observe(self, name: str, labels: str, seconds: float, instance: str = "") -> None:
        """Add a value to a histogram."""
        bucket = next((index for index, limit in enumerate(BUCKETS) if seconds <= limit), len(BUCKETS))
        self._added[instance, name, labels, bucket] += 1
        self._added[instance, name, labels, -1] += seconds

    async def flush(self, store: Store) -> bool:
        """Whether the database has all counts of this process. Without it they are kept for the next time."""
        if not self._added:
            return True
        added, self._added = self._added, defaultdict(float)
        try:
            await store.add_metrics((*key, value) for key, value in added.items())
        except Exception as error:
            if not is_unavailable(error):
                self._logger.exception("metrics not stored")
            for key, value in added.items():
                self._added[key] += value
            return False
        return True


def format_metrics(samples: Sequence[Sample]) -> str:
    """Samples in the text format of Prometheus, version 0.0.4."""
    lines: list[str] = []
    for name, (kind, about) in METRICS.items():
        own = sorted(sample for sample in samples if sample.name == name)
        if not own:
            continue
        lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
        if kind == "histogram":
            for labels, series in groupby(own, key=lambda sample: sample.labels):
                lines += _histogram_lines(name, labels, series)
        else:
            lines += [f"{name}{_in_braces(sample.labels)} {_number(sample.value)}" for sample in own]
    return "\n".join(lines) + "\n"


def _histogram_lines(name: str, labels: str, series: Iterable[Sample]) -> list[str]:
    values = {sample.bucket: sample.value for sample in series}
    lines: list[str] = []
    total = 0.0
    for index, limit in enumerate((*BUCKETS, "+Inf")):
        total += values.get(index, 0)
        le = labels_of(le=limit)
        lines.append(f"{name}_bucket{_in_braces(f'{labels},{le}' if labels else le)} {_number(total)}")
    lines.append(f"{name}_sum{_in_braces(labels)} {_number(values.get(-1, 0))}")
    lines.append(f"{name}_count{_in_braces(labels)} {_number(total)}")
    return lines


def _in_braces(labels: str) -> str:
    return f"{{{labels}}}" if labels else ""


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
