"""The table of ratios, and the file with everything measured."""

import json
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.gateways import Program, Transport
from bench.rig import Figures
from bench.workloads import AIMS, FLOORS, WORKLOADS, Aim, Floor


@dataclass(frozen=True, slots=True)
class Result:
    """One run: the figures, or why there are none; `load` is the machine's load before it."""

    round: int
    workload: str
    gateway: str
    load: float
    figures: Figures
    error: str | None = None


def versions(gateways: Iterable[Program]) -> dict[str, str]:
    """What ran, and on what."""
    found = {
        "kernel": platform.release(),
        "cpu": cpu_model(),
        "cpus": str(os.cpu_count()),
        "bench_python": platform.python_version(),
    }
    for gateway in gateways:
        found |= gateway.versions()
    return found


def cpu_model() -> str:
    """The processor's name."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.machine()


def by_round(results: Iterable[Result], gateway: str, aim: Aim | Floor) -> dict[int, float]:
    """A gateway's values of a figure."""
    return {
        result.round: result.figures[aim.figure]
        for result in results
        if (result.gateway, result.workload) == (gateway, aim.workload) and aim.figure in result.figures
    }


def ratios(results: Sequence[Result], aim: Aim) -> list[float]:
    """Ours to that of the program beside in the same round, sorted."""
    ours, theirs = (by_round(results, name, aim) for name in (Transport.name, WORKLOADS[aim.workload].beside))
    return sorted(ours[r] / theirs[r] for r in ours if theirs.get(r))


def spread(values: Iterable[float]) -> str:
    """Minimum, median and maximum."""
    ordered = sorted(values)
    if not ordered:
        return "-"
    return "/".join(f"{v:.4g}" for v in (ordered[0], statistics.median(ordered), ordered[-1]))


def row(results: Sequence[Result], aim: Aim) -> tuple[str, ...]:
    """An aim and what became of it."""
    paired = ratios(results, aim)
    beside = WORKLOADS[aim.workload].beside
    verdict = "-" if not paired else "met" if statistics.median(paired) <= aim.ratio else "missed"
    ratio = f"{statistics.median(paired):.3f} [{paired[0]:.3f}..{paired[-1]:.3f}]" if paired else "-"
    return (
        f"{aim.what} ({aim.workload})",
        aim.unit,
        beside,
        spread(by_round(results, beside, aim).values()),
        spread(by_round(results, Transport.name, aim).values()),
        ratio,
        f"{aim.ratio:g}",
        verdict,
    )


def floor_row(results: Sequence[Result], floor: Floor) -> tuple[str, ...]:
    """A floor, and whether the median is above it."""
    values = by_round(results, Transport.name, floor).values()
    verdict = "-" if not values else "met" if statistics.median(values) >= floor.least else "missed"
    return f"{floor.what} ({floor.workload})", floor.unit, "-", "-", spread(values), "-", f">= {floor.least:g}", verdict


def table(results: Sequence[Result]) -> str:
    """All aims whose workloads ran, and what failed."""
    ran = {result.workload for result in results}
    heading = ("", "unit", "beside", "its", Transport.name, "ratio", "aim", "")
    rows = [heading, *(row(results, aim) for aim in AIMS if aim.workload in ran)]
    rows += [floor_row(results, floor) for floor in FLOORS if floor.workload in ran]
    widths = [max(len(line[i]) for line in rows) for i in range(len(heading))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in rows]
    failures = {f"FAILED {r.gateway} {r.workload}: {r.error}": None for r in results if r.error}
    return "\n".join([*lines, *failures])


def save(path: Path, found: dict[str, str], begun: datetime, results: Sequence[Result]) -> None:
    """Write every run's figures with all versions."""
    summary = {f"{aim.workload}.{aim.figure}": ratios(results, aim) for aim in AIMS}
    content = {
        "begun": begun.isoformat(),
        "ended": datetime.now(UTC).isoformat(),
        "versions": found,
        "aims": [asdict(aim) for aim in AIMS],
        "floors": [asdict(floor) for floor in FLOORS],
        "ratios": {key: values for key, values in summary.items() if values},
        "results": [asdict(result) for result in results],
    }
    path.write_text(json.dumps(content, indent=1) + "\n")
