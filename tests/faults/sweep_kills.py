# SPDX-License-Identifier: MIT
"""Kills programs just before and just behind each system call that they make, in turn.

python3 sweep_kills.py BIN SHIM [--only NAME[,NAME]...] [--step N]

After each, what is on disk is whole, old or new, and the same command, run again, ends with the
bytes of one that was never killed and leaves no temporary files. Exits 1 if not.
"""

import argparse
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

from programs import SCENARIOS, Programs, prepare, restore, state_of, wanted_of, without_temporaries

class Kills:
    def __init__(self, programs, before):
        self.programs = programs
        self.before = before
        self.points = Counter()
        self.left = Counter()
        self.problems = Counter()

    def judge(self, scenario, wanted):
        """What is wrong after a kill, and after the run behind it; "" for nothing."""
        folder = self.programs.folder
        killed = state_of(folder)
        after = without_temporaries(killed)
        wrong = scenario.judge(self.before, after, wanted)
        if wrong:
            return wrong
        self.left["a temporary file" if len(after) < len(killed) else
                  "the new files" if scenario.has_all(after, wanted) and wanted != self.before else
                  "the old ones"] += 1
        for output in scenario.outputs:  # a folder that is there is not replaced
            if output + "/" in {name[:len(output) + 1] for name in after}:
                restore(folder, {name: contents for name, contents in killed.items()
                                 if name.split("/")[0] != output})
        again = self.programs.run(scenario.command)
        if again.code != 0:
            return f"run again it ends with {again.code}: {again.err}"
        after = state_of(folder)
        if not scenario.has_all(after, wanted):
            return "run again it does not end with the same bytes"
        wrong = scenario.judge(self.before, after, wanted)
        return f"run again: {wrong}" if wrong else ""

    def sweep(self, name, step):
        scenario = SCENARIOS[name]
        wanted = wanted_of(self.programs, scenario, self.before)
        kills = 0
        for what in ("kill:system", "kill-behind"):
            at = 1
            while True:
                run = self.programs.run(scenario.command, f"do={what} at={at}")
                if run.faults == 0:
                    break
                kills += 1
                point = f"{'behind' if 'behind' in what else 'before'} {run.last}"
                self.points[point] += 1
                problem = (self.judge(scenario, wanted) if run.code == -signal.SIGKILL
                           else f"exit code {run.code}")
                if problem:
                    self.problems[f"{name}, {point}: {problem}"] += 1
                restore(self.programs.folder, self.before)
                at += step
            restore(self.programs.folder, self.before)
        print(f"{name:14} {kills} kills", flush=True)

    def report(self):
        print(f"{sum(self.points.values())} kills at {len(self.points)} kinds of points:")
        print(", ".join(f"{point} {count}" for point, count in sorted(self.points.items())))
        print("left: " + ", ".join(f"{what} {count}" for what, count in self.left.items()))
        print(f"{sum(self.problems.values())} problems")
        for problem, count in sorted(self.problems.items()):
            print(f"{count:6} {problem}")
        return 1 if self.problems else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries")
    parser.add_argument("shim")
    parser.add_argument("--only", default=",".join(SCENARIOS), help="scenarios, by name")
    parser.add_argument("--step", type=int, default=1, help="of n; 1 for all")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "work"
        place.mkdir()
        programs = Programs(options.binaries, options.shim, place)
        kills = Kills(programs, prepare(programs))
        for name in options.only.split(","):
            kills.sweep(name, options.step)
        return kills.report()


if __name__ == "__main__":
    sys.exit(main())
