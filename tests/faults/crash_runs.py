# SPDX-License-Identifier: MIT
"""Trainings that are killed again and again, resumed from their checkpoints, and end as if nothing
had been.

python3 crash_runs.py BIN SHIM [--seed N] [--kills N] [--timed-kills N]

Each run draws from its seed a method, options, and an interval of checkpoints. A training without
checkpoints is the oracle. Then one with checkpoints is killed just before or just behind a system
call drawn at random, resumed with another number of threads, killed again, some times over: in the
end its model has the bytes of the oracle's, whatever was killed, its folder at most two
checkpoints, and no temporary file is left. --timed-kills are kills at random times, by kill -9.
What failed is tried again by its seed: --seed N --kills 1. Exits 1 if not all is well.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from programs import Programs, clear, prepare, restore, state_of, without_temporaries

# About as many calls as a small training makes; as the last one made that got to its end.
CALLS = {"open": 120, "read": 60, "write": 60, "sync": 30, "name": 60, "map": 40, "close": 120,
         "status": 120}


def drawn_options(draw):
    """Options of a training that ends with the same bytes each time."""
    method = draw.choice(("sgd", "sgd", "gibbs", "als"))
    words = ["r.csv", f"-k {draw.choice((1, 3, 8))}", f"--seed {draw.randrange(1000)}"]
    if method == "sgd":
        words += ["--deterministic", f"-t {draw.choice((2, 5, 12))}", "-r 0.3"]
        words += draw.sample(["--no-refit", "--loss absolute", "--step-rule sgd -r 0.05",
                              "--no-biases", "--patience 0", "--rate-schedule cosine",
                              "--item-features titles.csv", "--eval-every 2"], draw.randrange(3))
    elif method == "gibbs":
        words += [f"--method gibbs --burn-in {draw.choice((1, 3))}",
                  f"--samples {draw.choice((2, 6))}"]
        words += draw.sample(["--no-refit", "--item-features titles.csv", "--no-links",
                              "--likelihood ordinal"], draw.randrange(3))
    else:
        words += ["--feedback one-class", f"-t {draw.choice((2, 6))}"]
        words += draw.sample(["--no-refit", "--relevant 3", "--unobserved-weight 0.05"],
                             draw.randrange(2))
    return " ".join(words)


def checkpoints_in(state):
    return [name for name in state
            if name.startswith("points/") and name.endswith(".checkpoint")]


class Crashes:
    def __init__(self, programs, before):
        self.programs = programs
        self.before = before
        self.points, self.left, self.problems = Counter(), Counter(), Counter()
        self.calls = dict(CALLS)
        self.kills = self.timed = self.runs = 0

    def killed_in_time(self, command, seconds):
        """Runs it for so long at most; whether it was killed."""
        words = command.split()
        words[0] = str(self.programs.binaries / words[0])
        with subprocess.Popen(words, cwd=self.programs.folder, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
            return process.wait() == -signal.SIGKILL

    def killed_at_a_point(self, command, draw):
        kind, what = draw.choice([*CALLS, "name"]), draw.choice(("kill", "kill-behind"))
        at = draw.randint(1, self.calls[kind])
        if draw.randrange(4) == 0:  # the end, where the model takes its place
            at = max(1, self.calls[kind] - draw.randrange(6))
        run = self.programs.run(command, f"do={what}:{kind} at={at}")
        if run.code == -signal.SIGKILL:
            self.points[f"{'behind' if 'behind' in what else 'before'} {run.last}"] += 1
            return True
        if run.code != 0:
            raise RuntimeError(f"exit code {run.code}: {run.err}")
        self.calls[kind] = max(1, run.calls)
        return False

    def look(self, wanted, kills):
        """What is wrong with the folder, killed or not; "" for nothing."""
        state = without_temporaries(state_of(self.programs.folder))
        model = state.pop("m.model", self.before["old.model"])
        if model not in (self.before["old.model"], wanted):
            return "the model is neither the old one nor the whole new one"
        count = len(checkpoints_in(state))
        if count > 2 + kills:  # each may come between a new one and the end of the oldest
            return f"there are {count} checkpoints"
        others = {name: contents for name, contents in state.items()
                  if not name.startswith("points")}
        return "" if others == self.before else "other files have come or changed"

    def run(self, seed, timed):
        draw = random.Random(seed)
        options = drawn_options(draw)
        folder = self.programs.folder
        restore(folder, self.before)
        (folder / "m.model").write_bytes(self.before["old.model"])
        begun = time.monotonic()
        oracle = self.programs.run(f"mf-train {options} -s 2 -q -o m.model")
        took = time.monotonic() - begun
        if oracle.code != 0:  # learnt nothing: there is no oracle
            return
        wanted = (folder / "m.model").read_bytes()
        restore(folder, self.before)
        (folder / "m.model").write_bytes(self.before["old.model"])
        every = draw.choice(("1", "1", "2", "3", "0.01s"))
        begin = f"mf-train {options} -q -o m.model --checkpoint points --checkpoint-every {every}"
        self.runs += 1
        problem, kills = "", 0
        for _ in range(draw.randint(1, 5)):
            command = f"{begin} --resume -s {draw.randint(1, 3)}"
            try:
                killed = (self.killed_in_time(command, draw.uniform(0.002, took)) if timed else
                          self.killed_at_a_point(command, draw))
            except RuntimeError as error:
                problem, killed = problem or str(error), False
            kills += killed
            problem = problem or self.look(wanted, kills)
            if not killed:
                break
            self.left["checkpoints" if list(folder.glob("points/*t")) else "none"] += 1
        last = self.programs.run(f"{begin} --resume -s {draw.randint(1, 3)}")
        if last.code != 0:
            problem = problem or f"resumed it ends with {last.code}: {last.err[-300:]}"
        elif (folder / "m.model").read_bytes() != wanted:
            problem = problem or "resumed it ends with other bytes"
        state = state_of(folder)
        if state != without_temporaries(state):
            problem = problem or "temporary files are left"
        if len(checkpoints_in(state)) > 2:
            problem = problem or "more than two checkpoints are left"
        self.kills += kills
        self.timed += kills if timed else 0
        if problem:
            self.problems[f"seed {seed}: {begin}: {problem}"] += 1
            print(f"  seed {seed}, {kills} kills: {begin}: {problem}", flush=True)

    def report(self):
        print(f"{self.runs} runs, {self.kills} kills, {self.timed} of which at random times; "
              f"behind them: {', '.join(f'{what} {n}' for what, n in self.left.items())}")
        print(", ".join(f"{point} {count}" for point, count in sorted(self.points.items())))
        print(f"{sum(self.problems.values())} problems")
        return 1 if self.problems else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries")
    parser.add_argument("shim")
    parser.add_argument("--seed", type=int, default=1, help="of the first run")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--timed-kills", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "work"
        clear(place)
        programs = Programs(options.binaries, options.shim, place)
        crashes = Crashes(programs, prepare(programs))
        seed = options.seed
        try:
            while crashes.timed < options.timed_kills:
                crashes.run(seed, timed=True)
                seed += 1
            while crashes.kills - crashes.timed < options.kills:
                crashes.run(seed, timed=False)
                seed += 1
        except KeyboardInterrupt:
            print("interrupted")
        print(f"seeds {options.seed} to {seed - 1}")
        return crashes.report()


if __name__ == "__main__":
    sys.exit(main())
