"""A thousand runs and more: `python -m tests.faults.long --runs 1000 --seed 1`. Prints what docs/reliability.md says.

Each run is four documents from both ends while one trouble goes on; then it ends, the queues drain, and the history is
checked: all documents of the last runs of that pair, not of this run alone. A new pair of nodes every fifty runs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field

from gateway.drivers.failpoints import POINTS
from tests.faults.test_nodes_killed import IN_THE_FLOW, kill_at
from tests.faults.troubles import ALL, one_run
from tests.faults.world import world
from tests.quick_disk import quick_folder

PAIR = 50


@dataclass
class Figures:
    """What was done, and what came of it."""

    runs: Counter[str] = field(default_factory=Counter)
    starts: int = 0
    documents: int = 0
    seconds: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def told(self) -> str:
        named = dict(sorted(self.runs.items()))
        return json.dumps({**vars(self), "runs": named, "total": self.runs.total(), "points": len(POINTS)})


async def some_runs(figures: Figures, count: int, seed: int) -> None:
    """Runs of one pair of nodes; what failed is raised, with its seed."""
    with quick_folder() as folder:
        async with world(folder, seed) as made:
            for number in range(count):
                if made.chance.random() < 0.4:
                    point = IN_THE_FLOW[(seed * PAIR + number) % len(IN_THE_FLOW)]
                    await kill_at(made, made.chance.choice(made.nodes), point)
                    figures.runs["killed at a named point"] += 1
                else:
                    name = made.chance.choice(list(ALL))
                    await one_run(made, ALL[name])
                    figures.runs[name] += 1
            figures.starts += sum(node.starts for node in made.nodes)
            figures.documents += len(made.submitted)
            for node in made.nodes:
                figures.faults.update(node.line.seen)


async def long(runs: int, seed: int) -> None:
    """All of them; the figures so far are told after each pair."""
    figures, began = Figures(), time.monotonic()
    while figures.runs.total() < runs:
        await some_runs(figures, min(PAIR, runs - figures.runs.total()), seed)
        seed += 1
        figures.seconds = round(time.monotonic() - began)
        print(figures.told(), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    asyncio.run(long(options.runs, options.seed))


if __name__ == "__main__":
    main()
