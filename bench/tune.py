#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds mf-tune against a grid of mf-train's options, as Markdown.

    python3 bench/tune.py BIN RATINGS [--budget 60s] [--grid 200] [--seeds 1,2,3]

BIN is the folder of our programs. For each seed a tenth of the ratings is held out for the test, which nothing below
sees. Defaults and every setting of the grid are trained by mf-train, which validates on a tenth of the others; the
setting with the lowest validation error learns once more from all but the test, for its best number of epochs, as the
defaults do; beside them stand the defaults of Gibbs sampling. mf-tune has the same ratings, the same validation part
(--test-fraction 0) and the budget. Errors are of the test, by mf-eval; seconds are of the search, all told. --grid N
takes every (200 / N)-th setting of the grid of 200.
"""
import argparse
import itertools
import json
import math
import os
import tempfile
import time

from programs import Programs

GRID = {
    "--rank": (16, 32, 64, 128),
    "--learning-rate": (0.05, 0.1),
    "--lambda-factors": (0.35, 0.5, 0.7, 1.0, 1.4),
    "--lambda-biases": (0.1, 0.2, 0.4, 0.8, 1.6),
}


class Bench(Programs):
    def __init__(self, folder, programs, ratings, seed):
        super().__init__(programs, folder)
        self.ratings = os.path.abspath(ratings)
        self.seed = str(seed)
        self.run("mf-data", "split", self.ratings, "--valid-fraction", "0.1", "--seed", self.seed, "--train-out",
                 "train.csv", "--valid-out", "test.csv", "-q")

    def validated(self, words):
        """The lowest validation error of a setting, and after how many epochs."""
        self.run("mf-train", "train.csv", "-q", "--no-refit", "-o", "one.model", "--log-json", "log",
                 "--seed", self.seed, *words)
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as file:
            epochs = [line for line in map(json.loads, file) if line["event"] == "epoch"]
        best = min(epochs, key=lambda line: math.inf if line["valid_mse"] is None else line["valid_mse"])
        return best["valid_mse"], best["epoch"]

    def tested(self, words, epochs):
        """The error on the test of a setting that has learnt from all else."""
        self.run("mf-train", "train.csv", "-q", "-o", "all.model", "--valid-fraction", "0", "--eval-every", "0",
                 "--epochs", str(epochs), "--seed", self.seed, *words)
        return self.error_of("all.model", "test.csv")

    def search_grid(self, grid):
        """What a search by hand finds: its error on the test, the validation error, trials."""
        figures = {}
        for words in grid:
            figures[words] = self.validated(words)
        best = min(figures, key=lambda words: figures[words][0])
        return self.tested(best, figures[best][1]), figures[best][0], len(grid)

    def sample(self):
        """The defaults of Gibbs sampling, which learn from all but the test."""
        self.run("mf-train", "train.csv", "-q", "-o", "all.model", "--valid-fraction", "0", "--method", "gibbs",
                 "--seed", self.seed)
        return self.error_of("all.model", "test.csv"), math.nan, 1

    def tune(self, budget, *words):
        answer = json.loads(self.run("mf-tune", "train.csv", "--test-fraction", "0", "--budget", budget, "--json", "-q",
                                     "-o", "found.conf", "--model", "found.model", "--seed", self.seed, *words))
        return self.error_of("found.model", "test.csv"), answer["trials"][0]["valid_mse"], len(answer["trials"])


def settings(count):
    every = [tuple(str(word) for pair in zip(GRID, values) for word in pair)
             for values in itertools.product(*GRID.values())]
    return every[::max(1, len(every) // count)][:count]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", metavar="BIN")
    parser.add_argument("ratings", metavar="RATINGS")
    parser.add_argument("--budget", default="60s")
    parser.add_argument("--grid", type=int, default=200)
    parser.add_argument("--seeds", default="1,2,3")
    arguments = parser.parse_args()
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    grid = settings(arguments.grid)
    sums = {}
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(folder, arguments.programs, arguments.ratings, seed)
            budget = arguments.budget
            for name, search in (("defaults", lambda b: b.search_grid([()])),
                                 (f"grid of {len(grid)}", lambda b: b.search_grid(grid)),
                                 (f"`mf-tune --method sgd --budget {budget}`",
                                  lambda b: b.tune(budget, "--method", "sgd")),
                                 ("defaults of `--method gibbs`", lambda b: b.sample()),
                                 (f"`mf-tune --budget {budget}`", lambda b: b.tune(budget))):
                begin = time.monotonic()
                figures = search(bench)
                sums.setdefault(name, []).append((*figures, time.monotonic() - begin))
    print("| | test MSE | validation MSE | trials | seconds |\n|---|---|---|---|---|")
    for name, rows in sums.items():
        test, valid, trials, seconds = (sum(column) / len(rows) for column in zip(*rows))
        print(f"| {name} | {test:.4f} | {'-' if math.isnan(valid) else format(valid, '.4f')} | {trials:.0f} | "
              f"{seconds:.0f} |")


if __name__ == "__main__":
    main()
