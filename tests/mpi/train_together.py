# SPDX-License-Identifier: MIT
"""mf-train under mpirun, all ranks on this machine: the model's bytes, quality, ranks that are lost
or differ. With --kills N, N ranks are killed, each at a random moment of a training of its own:
    python3 train_together.py build/dev/bin --kills 10
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS = 90  # no run takes as many: one that hangs is an error
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none"]
ENVIRONMENT = {**os.environ, "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
               "OMPI_MCA_rmaps_base_inherit": "1"}


class Programs:
    def __init__(self, folder, work):
        self.folder, self.work = folder, work
        self.ratings = work / "ratings.csv"
        subprocess.run([folder / "mf-data", "synth", "-o", self.ratings, "--users", "600",
                        "--items", "200", "--ratings", "30000", "-q"], check=True, timeout=SECONDS)

    def command(self, ranks, model, *options):
        """A training of `ranks` ranks, 0 for none of MPI."""
        words = [self.folder / "mf-train", self.ratings, "-o", self.work / model, "-k", "8",
                 *options]
        return [str(word) for word in (MPIRUN + ["-n", str(ranks)] if ranks else []) + words]

    def run(self, ranks, model, *options):
        """What it says on standard error, and its exit code."""
        done = subprocess.run(self.command(ranks, model, *options), capture_output=True, text=True,
                              env=ENVIRONMENT, timeout=SECONDS)
        return done.stderr, done.returncode

    def bytes_of(self, ranks, *options):
        name = "some.model"
        said, code = self.run(ranks, name, *options)
        assert code == 0, said
        return (self.work / name).read_bytes()

    def valid_error(self, ranks, *options):
        log = self.work / "log"
        said, code = self.run(ranks, "hogwild.model", "--log-json", log, *options)
        assert code == 0, said
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        assert lines[0]["ranks"] == max(ranks, 1), lines[0]
        return min(line["valid_mse"] for line in lines if line["event"] == "epoch")


def children_of(pid):
    """All processes below one."""
    below = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            below += [int(child), *children_of(child)]
    return below


def kill_one_rank(programs, ranks, folder, after, number):
    """Trains, and kills one rank some seconds after its first checkpoint; what was said."""
    options = ["--checkpoint", folder, *LONG]
    process = subprocess.Popen(programs.command(ranks, "killed.model", *options), env=ENVIRONMENT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    began = time.monotonic()
    while not any(Path(folder).glob("*.checkpoint")) and process.poll() is None:
        assert time.monotonic() - began < SECONDS, "no checkpoint"
        time.sleep(0.01)
    time.sleep(after)
    trainers = [pid for pid in children_of(process.pid)
                if Path(f"/proc/{pid}/comm").read_text().strip() == "mf-train"]
    if trainers:
        os.kill(sorted(trainers)[number % len(trainers)], signal.SIGKILL)
    _, said = process.communicate(timeout=SECONDS)
    return said, process.returncode


BLOCKS = ["--schedule", "blocks", "-t", "4", "-q"]
# Long enough for a rank to be killed within.
LONG = ["--schedule", "blocks", "-t", "80", "--patience", "0", "-s", "1", "-q"]


def check_bytes(programs):
    one = programs.bytes_of(0, *BLOCKS)
    for ranks, threads in [(1, 2), (2, 1), (3, 2), (4, 1)]:
        assert programs.bytes_of(ranks, "-s", str(threads), *BLOCKS) == one, (ranks, threads)


def check_hogwild(programs):
    options = ["-t", "10", "-s", "2", "-q"]
    one, three = programs.valid_error(0, *options), programs.valid_error(3, *options)
    assert abs(three / one - 1) < 0.02, (one, three)


def check_differences(programs):
    first = programs.command(0, "a.model", "-q")
    second = programs.command(0, "a.model", "-q", "-s", "3")
    done = subprocess.run([*MPIRUN, "-n", "1", *first, ":", "-n", "1", *second], env=ENVIRONMENT,
                          capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode != 0
    assert "mf-train: error: rank 1 was started with" in done.stderr, done.stderr
    assert "start all ranks with the same options" in done.stderr, done.stderr
    said, code = programs.run(2, "a.model", "--method", "gibbs", "-q")
    assert code != 0 and "several ranks cannot sample by Gibbs yet" in said, said
    said, code = programs.run(2, "a.model", "--no-such-option")
    assert code != 0 and said.count("--no-such-option") == 1, said


def check_kills(programs, kills, seed):
    draw = random.Random(seed)
    whole = programs.bytes_of(0, *LONG)
    for kill in range(kills):
        folder = str(programs.work / f"checkpoints-{kill}")
        ranks, after, number = draw.randint(2, 4), draw.uniform(0, 0.12), draw.randrange(4)
        said, code = kill_one_rank(programs, ranks, folder, after, number)
        if code == 0:
            print(f"not killed within {after:.2f} s: it was done before")
        else:
            assert "mpirun noticed" in said or "lost" in said, said
        again = draw.randint(1, 4)
        resumed = programs.bytes_of(again, "--checkpoint", folder, "--resume", *LONG)
        assert resumed == whole, f"seed {seed}, kill {kill}"
        print(f"rank {number % ranks} of {ranks} killed after {after:.2f} s, {again} went on: the "
              "same bytes")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=Path)
    parser.add_argument("--kills", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        programs = Programs(arguments.bin.resolve(), Path(work))
        for check, given in [(check_bytes, []), (check_hogwild, []), (check_differences, []),
                             (check_kills, [arguments.kills, arguments.seed])]:
            began = time.monotonic()
            check(programs, *given)
            print(f"{check.__name__}: {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
