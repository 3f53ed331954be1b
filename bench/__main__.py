"""Measure the gateway, and Biboumi and gammu-smsd beside it when they are installed: `python -m bench`.

Rounds are interleaved and ratios are taken within a round: on a shared machine trust the ratios.  Ends with
status 1 when the gateway failed a workload.
"""

import argparse
import asyncio
import os
import resource
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.gateways import Biboumi, GammuSmsd, Program, Transport
from bench.report import Result, save, table, versions
from bench.rig import Failed, Figures
from bench.workloads import WORKLOADS

ROUNDS = 5


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("-w", "--workloads", default=",".join(WORKLOADS), help="default: %(default)s")
    parser.add_argument("-r", "--rounds", type=int, help=f"default: {ROUNDS}, or 1 with --quick")
    parser.add_argument("-g", "--gateways", help="default: transport, and of biboumi and gammu-smsd those installed")
    parser.add_argument("-q", "--quick", action="store_true", help="small numbers: shows that all of it works")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that runs the gateway")
    parser.add_argument("--json", type=Path, default=Path(__file__).with_name("results.json"))
    asked = parser.parse_args()
    asked.workloads = asked.workloads.split(",")
    if unknown := set(asked.workloads) - set(WORKLOADS):
        parser.error(f"no such workload: {', '.join(sorted(unknown))}")
    others = [program for program in (Biboumi(), GammuSmsd()) if program.installed()]
    known: dict[str, Program] = {program.name: program for program in (Transport(asked.python), *others)}
    names = asked.gateways.split(",") if asked.gateways else list(known)
    if unknown := set(names) - set(known):
        parser.error(f"no such gateway: {', '.join(sorted(unknown))}")
    asked.gateways = [known[name] for name in names]
    asked.rounds = asked.rounds or (1 if asked.quick else ROUNDS)
    return asked


async def run(gateway: Program, name: str, round_: int, quick: bool) -> Result:
    """One workload on one gateway."""
    workload = WORKLOADS[name]
    parameters = dict(workload.full) | (dict(workload.quick) if quick else {})
    load = os.getloadavg()[0]
    figures: Figures = {}
    error = None
    try:
        figures = await workload.run(gateway, **parameters)
    except Failed as failed:
        error = str(failed)
    return Result(round_, name, gateway.name, load, figures, error)


async def run_all(gateways: Sequence[Program], asked: argparse.Namespace) -> list[Result]:
    """All rounds; the gateways' order changes from round to round."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    results = []
    for round_ in range(asked.rounds):
        for name in asked.workloads:
            able = [gateway for gateway in gateways if gateway.name in (Transport.name, WORKLOADS[name].beside)]
            for gateway in able if round_ % 2 == 0 else able[::-1]:
                result = await run(gateway, name, round_, asked.quick)
                figures = " ".join(f"{key} {value:.4g}" for key, value in result.figures.items())
                print(f"{round_} {name} {gateway.name}: {result.error or figures}", file=sys.stderr, flush=True)
                results.append(result)
    return results


def main() -> int:
    """Run, report, and tell whether the gateway passed."""
    asked = arguments()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    begun = datetime.now(UTC)
    found = versions(asked.gateways)
    try:
        results = asyncio.run(run_all(asked.gateways, asked))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    save(asked.json, found, begun, results)
    print(", ".join(f"{key} {value}" for key, value in found.items() if key != "python_build"))
    print("minimum/median/maximum; the ratio is the median [least..greatest] of the rounds' own")
    if asked.quick:
        print("a quick run shows that everything works; its numbers of users are small and its figures mean little")
    print(table(results))
    print(f"raw results: {asked.json}")
    return int(any(result.error and result.gateway == Transport.name for result in results))


if __name__ == "__main__":
    sys.exit(main())
