"""A workload of people who come and then only listen: joins, memory, idle CPU."""

import asyncio

from bench.gateways import Gateway
from bench.proc import cpu, memory
from bench.rig import Figures, Rig

CALM_SECONDS = 1.0


async def hold(gateway: Gateway, *, users: int, members: int, idle_seconds: float) -> Figures:
    """Every user joins a channel with so many others in it; then nothing happens for a while."""
    async with Rig(gateway, users, members=members) as rig:
        before = memory(rig.pid)
        figures = await rig.join_all(lambda i: f"#c{i}")
        after = memory(rig.pid)
        await asyncio.sleep(CALM_SECONDS)
        used = cpu(rig.pid)
        await asyncio.sleep(idle_seconds)
        idle = cpu(rig.pid) - used
        return figures | {
            "idle_ms_per_s": idle.total / idle_seconds * 1e3,
            "kib_per_user": (after.private - before.private) / users,
            "base_mib": before.resident / 1024,
            "resident_mib": after.resident / 1024,
        }
