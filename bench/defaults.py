#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How good the defaults of mf-train are: what others do, on ratings of many kinds, as Markdown.

    python3 bench/defaults.py BIN RATINGS... [--shapes ml-100k] [--shares 1,0.333,0.1] [--methods sgd,gibbs]
                              [--repeats 3] [--only WORDS] [--threads 1] [--quick]

BIN has the programs, as build/release/bin. Data sets are each file of RATINGS and each shape of `mf-data synth`, whole
and as random sub-samples (`--shares`); a tenth is drawn ten times, --repeats at most, and errors are averaged. A
tenth of each is held out; mf-train learns from the others, with defaults and with one option changed at a time, and
mf-eval measures. A row is an option, a column a data set: its mean squared error as a multiple of the default's of the
same method (below 1 it is better), then the geometric mean and the largest over all data sets. The first row of a
method has the errors themselves. --quick takes the smallest sub-sample of each alone.
"""
import argparse
import math
import os
import tempfile
import time

from programs import Programs

# SGD tells by a tenth of the ratings when to stop, and learns once more from all; Gibbs sampling needs none.
METHODS = {
    "sgd": ([], [
        ["--rank", 16], ["--rank", 32], ["--rank", 128],
        ["--learning-rate", 0.025], ["--learning-rate", 0.1],
        ["--lambda-factors", 0.35], ["--lambda-factors", 1.4],
        ["--lambda-biases", 0.2], ["--lambda-biases", 0.8],
        ["--penalty", "per-rating", "--lambda-factors", 0.07, "--lambda-biases", 0.04],
        ["--patience", 2], ["--patience", 10],
    ]),
    "gibbs": (["--method", "gibbs", "--valid-fraction", 0], [
        ["--rank", 7], ["--rank", 31],
        ["--burn-in", 20], ["--burn-in", 80],
        ["--samples", 100], ["--samples", 600, "--monte-carlo-error", 0],
        ["--no-links"],
        ["--posterior-rank", 16], ["--posterior-rank", 64],
    ]),
}


class DataSet:
    """Some ratings, split into what is learnt from and a tenth to measure by, once or several times."""

    def __init__(self, name, programs, ratings, share, repeats):
        self.name = name if share == 1 else f"{name} x {share:g}"
        self.programs = programs
        self.splits = []
        for seed in range(1, 1 + min(repeats, round(1 / share))):
            part = ratings
            if share < 1:
                part = f"part-{seed}.csv"
                self.split(ratings, part, "rest.csv", 1 - share, seed)
            train, test = (f"{self.name}-{seed}-{end}.csv".replace(" ", "-") for end in ("train", "test"))
            self.split(part, train, test, 0.1, seed)
            self.splits.append((train, test))

    def split(self, ratings, train, test, fraction, seed):
        self.programs.run("mf-data", "split", ratings, "--valid-fraction", fraction, "--seed", seed, "--train-out",
                          train, "--valid-out", test, "-q")

    def error(self, words):
        """The mean squared error on what is held out of trainings by these options."""
        total = 0.0
        for train, test in self.splits:
            self.programs.run("mf-train", train, "-q", "-o", "one.model", *words)
            total += self.programs.error_of("one.model", test)
        return total / len(self.splits)


def data_sets(given, programs):
    sources = []
    for path in given.ratings:
        folder, name = os.path.split(os.path.abspath(path))
        generic = os.path.splitext(name)[0] in ("ratings", "train")
        sources.append((os.path.basename(folder) if generic else os.path.splitext(name)[0], os.path.abspath(path)))
    for shape in filter(None, given.shapes.split(",")):
        path = f"synth-{shape}.csv"
        programs.run("mf-data", "synth", "--shape", shape, "--seed", 1, "-o", path, "-q")
        sources.append((f"synthetic {shape}", path))
    shares = [float(share) for share in given.shares.split(",")]
    return [DataSet(name, programs, path, share, given.repeats) for name, path in sources
            for share in (shares if not given.quick else [min(shares)])]


def print_row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", metavar="BIN")
    parser.add_argument("ratings", metavar="RATINGS", nargs="*")
    parser.add_argument("--shapes", default="ml-100k", help="shapes of mf-data synth, none where empty")
    parser.add_argument("--shares", default="1,0.333,0.1")
    parser.add_argument("--methods", default="sgd,gibbs")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="", help="the options whose text has these words, beside the defaults")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sets = data_sets(given, Programs(given.bin, folder))
        print_row(["", *(one.name for one in sets), "mean", "largest", "seconds"])
        print_row(["---"] * (len(sets) + 4))
        for method in given.methods.split(","):
            always, others = METHODS[method]
            always = [*always, "--threads", given.threads]
            begin = time.monotonic()
            errors = [one.error(always) for one in sets]
            print_row([f"**{method}**", *(f"{error:.4f}" for error in errors), "", "",
                       f"{time.monotonic() - begin:.0f}"])
            for words in others:
                text = " ".join(map(str, words))
                if given.only not in text:
                    continue
                begin = time.monotonic()
                ratios = [one.error(always + words) / error for one, error in zip(sets, errors)]
                mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
                print_row([f"`{text}`", *(f"{ratio:.3f}" for ratio in [*ratios, mean, max(ratios)]),
                           f"{time.monotonic() - begin:.0f}"])


if __name__ == "__main__":
    main()
