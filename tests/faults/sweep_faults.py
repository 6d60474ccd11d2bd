# SPDX-License-Identifier: MIT
"""Fails the n-th allocation or system call of programs, n = 1, 2, ... until none is left to fail.

python3 sweep_faults.py BIN SHIM [--only NAME[,NAME]...] [--faults NAME[,NAME]...] [--step N]
                        [--verbose]

After each run the files that it writes are the old ones or whole new ones, nothing else has come
or changed, and it ended with exit code 0 and the right bytes, or with 4 (2 or 3) and one line that
says why. What a program can go on from (EINTR, short reads and writes) it does. Exits 1 if not.
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from programs import (SCENARIOS, Programs, name_of_code, normalised, prepare, restore, state_of,
                      wanted_of, without_temporaries)

# What is done, whether the program must go on as if nothing had been, and what it says if not.
FAULTS = {
    "EIO": ("do=EIO", False, "Input/output error"),
    "EIO_always": ("do=EIO always", False, "Input/output error"),
    "ENOSPC": ("do=ENOSPC", False, "No space left on device"),
    "ENOSPC_always": ("do=ENOSPC always", False, "No space left on device"),
    "EMFILE": ("do=EMFILE", False, "Too many open files"),
    "EMFILE_always": ("do=EMFILE:open always", False, "Too many open files"),
    "EACCES": ("do=EACCES", False, "Permission denied"),
    "EINTR": ("do=EINTR", True, "Interrupted system call"),
    "short": ("do=short", True, ""),
    "short_always": ("do=short always", True, ""),
    "cut": ("do=cut", False, ""),
    "map": ("do=ENOMEM:map", False, "emory"),
    "map_always": ("do=ENOMEM:map always", False, "emory"),
    "memory": ("do=ENOMEM:allocate", False, "not enough memory"),
    "memory_always": ("do=ENOMEM:allocate always", False, "not enough memory"),
}


class Sweep:
    def __init__(self, programs, before, verbose):
        self.programs = programs
        self.before = before
        self.verbose = verbose
        self.problems = Counter()
        self.messages = Counter()
        self.totals = Counter()

    def judge(self, scenario, run, fault, wanted):
        """What is wrong with a run; "" for nothing."""
        if fault == "cut":
            return self.judge_cut(scenario, run, wanted)
        what, must_go_on, reason = FAULTS[fault]
        stays = "always" in what
        after = state_of(self.programs.folder)
        # Where nothing can be removed any more, temporary files stay; the next run removes them.
        wrong = scenario.judge(self.before, without_temporaries(after) if stays else after, wanted)
        if wrong:
            return wrong
        if run.code == 0:
            return "" if scenario.has_all(after, wanted) else "exit code 0 without a result"
        lines = run.message()
        # Whoever has handlers of signals that do not restart calls is not a program of ours.
        is_excused = run.last == "openat" or "standard output" in " ".join(lines)
        if (must_go_on and not is_excused) or run.code not in (2, 3, 4):
            return f"exit code {name_of_code(run.code)}: {normalised(run.err[-300:])}"
        if not lines or (len(lines) > 1 and not stays) or "bug" in run.err or "termin" in run.err:
            return f"no message, or several: {normalised(run.err[-300:])}"
        if any(not any(part in line for part in (reason, "standard output", "thread"))
               for line in lines):
            return f"the reason is not said: {normalised(run.err[-300:])}"
        return ""

    def judge_cut(self, scenario, run, wanted):
        """The same where an input became shorter."""
        after = state_of(self.programs.folder)
        cut = {name for name, old in self.before.items()
               if old and after.get(name) == old[:len(old) // 2]}
        state = dict(after, **{name: self.before[name] for name in cut})
        if run.code not in (0, 2, 3, 4, 5):
            return f"exit code {name_of_code(run.code)}: {normalised(run.err[-300:])}"
        if run.code != 0:
            # Requests that are cut off are answered with an error each, exit code 3.
            wrong = "" if run.code == 3 and "--requests" in scenario.command else (
                scenario.judge(self.before, state, self.before))
            return wrong or ("" if len(run.message()) == 1 else "no message, or several")
        return "" if scenario.has_all(state, wanted) else "it took what was left for all"

    def sweep(self, name, fault, step, wanted):
        scenario = SCENARIOS[name]
        runs, outcomes = 0, Counter()
        at = 1
        while True:
            run = self.programs.run(scenario.command, f"{FAULTS[fault][0]} at={at}")
            if run.faults == 0:
                break
            runs += 1
            outcomes[name_of_code(run.code)] += 1
            problem = self.judge(scenario, run, fault, wanted)
            if problem:
                self.problems[f"{name}, {fault} of {run.last}: {problem}"] += 1
                if self.verbose:
                    print(f"  at={at} {run.last}: {problem}", flush=True)
            for line in run.message():
                self.messages[f"{fault} of {run.last}: {normalised(line)}"] += 1
            restore(self.programs.folder, self.before)
            at += step
        restore(self.programs.folder, self.before)
        self.totals[fault] += runs
        ended = ", ".join(f"{count} with {code}" for code, count in sorted(outcomes.items()))
        print(f"{name:14} {fault:14} {runs:6} runs of {run.calls} calls; ended: {ended}",
              flush=True)

    def report(self):
        if self.verbose:
            for message, count in sorted(self.messages.items()):
                print(f"{count:6} {message}")
        print(", ".join(f"{fault} {count}" for fault, count in self.totals.items()))
        print(f"{sum(self.totals.values())} faults, {sum(self.problems.values())} problems")
        for problem, count in sorted(self.problems.items()):
            print(f"{count:6} {problem}")
        return 1 if self.problems else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries")
    parser.add_argument("shim")
    parser.add_argument("--only", default=",".join(SCENARIOS), help="scenarios, by name")
    parser.add_argument("--faults", default=",".join(FAULTS), help="faults, by name")
    parser.add_argument("--step", type=int, default=1, help="of n; 1 for all")
    parser.add_argument("--memory-step", type=int, default=0, help="the same of allocations")
    parser.add_argument("--verbose", action="store_true", help="show each problem and message")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "work"
        place.mkdir()
        programs = Programs(options.binaries, options.shim, place)
        sweep = Sweep(programs, prepare(programs), options.verbose)
        for name in options.only.split(","):
            wanted = wanted_of(programs, SCENARIOS[name], sweep.before)
            for fault in options.faults.split(","):
                step = options.memory_step if fault.startswith("memory") else 0
                sweep.sweep(name, fault, step or options.step, wanted)
        return sweep.report()


if __name__ == "__main__":
    sys.exit(main())
