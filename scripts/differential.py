"""The long form of the differential test: mutated documents, our core against libxmlsec and the xmlsec1 command.

Run: `python -m scripts.differential [--mutants N] [--seed S] [--command N]`. Prints counts by class. Exit 1 where we
pass what another refuses, or refuse for a reason that has no name.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import warnings
from pathlib import Path

from tests.judges import STRICTER, Tally, against_command, against_libxmlsec, has_command
from tests.mutants import MUTATORS, bases, mutants


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=100_000, help="against python-xmlsec (default 100000)")
    parser.add_argument("--command", type=int, default=0, help="against the xmlsec1 command (default 0)")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # of certificates that mutation made odd
    print(f"seed {asked.seed}, {len(MUTATORS)} mutators, {len(bases())} bases")
    start = time.monotonic()
    tallies = {"python-xmlsec": against_libxmlsec(mutants(asked.mutants, asked.seed))}
    if asked.command and has_command():
        with tempfile.TemporaryDirectory() as folder:
            tallies["xmlsec1"] = against_command(mutants(asked.command, asked.seed + 1), Path(folder))
    for judge, tally in tallies.items():
        show(judge, tally)
    print(f"{time.monotonic() - start:.0f} s")
    return 1 if any(tally.grave for tally in tallies.values()) else 0


def show(judge: str, tally: Tally) -> None:
    print(f"\nagainst {judge}: {tally.total} mutants")
    print(f"  {tally.agreed['PASSED']:7} both pass\n  {tally.agreed['refused']:7} both refuse")
    for why, count in tally.stricter.most_common():
        print(f"  {count:7} only we refuse: {STRICTER[why]} ({why})")
    print(f"  {len(tally.grave):7} grave")
    for line in tally.grave[:20]:
        print(f"          {line}")


if __name__ == "__main__":
    sys.exit(main())
