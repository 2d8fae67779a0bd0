"""`python -m mutants [NAME …] [--list] [--jobs N]`, where the tests can run."""

from __future__ import annotations

import argparse
import os
import sys
import time

from mutants.runner import Verdict, judge, load


def _tell(verdict: Verdict) -> None:
    mutant = verdict.mutant
    if verdict.trouble:
        sys.stdout.write(f"SURVIVES {mutant.name}: {verdict.trouble}\n         bug: {mutant.bug}\n")
        if verdict.output:
            sys.stdout.write("".join(f"         | {line}\n" for line in verdict.output.splitlines()[-25:]))
    else:
        sys.stdout.write(f"caught   {mutant.name} ({verdict.seconds:.0f} s) by {verdict.seen_by}\n")
        sys.stdout.write(f"         {' '.join(verdict.words.split())[:160]}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="mutants to run; all of them if none is named")
    parser.add_argument("--list", action="store_true", help="name them and what they do")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1), help="mutants at a time")
    arguments = parser.parse_args()
    mutants = load()
    unknown = set(arguments.names) - {mutant.name for mutant in mutants}
    if unknown:
        parser.error(f"no mutant is called {', '.join(sorted(unknown))}; --list names them")
    if arguments.names:
        mutants = [mutant for mutant in mutants if mutant.name in arguments.names]
    if arguments.list:
        sys.stdout.write("".join(f"{mutant.name}: {mutant.bug}\n" for mutant in mutants))
        return 0
    started = time.monotonic()
    try:
        verdicts = judge(mutants, jobs=max(1, arguments.jobs), tell=_tell)
    except ValueError as error:
        sys.stdout.write(f"{error}\n")
        return 2
    caught = sum(not verdict.trouble for verdict in verdicts)
    sys.stdout.write(f"{caught} of {len(verdicts)} mutants caught in {time.monotonic() - started:.0f} s\n")
    return 0 if caught == len(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
