"""Known bugs, put back one at a time into a copy of the source: each must turn its test red.

`catalogue.toml` has the bugs as data, `runner.py` plants them and runs the tests, `record.py` tells what pytest did.
"""

from __future__ import annotations

from mutants.runner import Edit, Mutant, Verdict, judge, load

__all__ = ["Edit", "Mutant", "Verdict", "judge", "load"]
