#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What each way of learning ratings buys, and what it costs: errors of folds, and seconds a fold.

    python3 bench/accuracy.py BIN RATINGS... [--item-features FILE] [--folds 5] [--only WORDS]

BIN has the programs, as build/release/bin. Every row is one `mf-train RATINGS --folds K` with
default options beside the words that it shows; folds are the same in all of them."""

import argparse
import re
import time

from programs import Programs

WAYS = [
    ("SGD, validated only", ["--no-refit"]),
    ("SGD", []),
    ("SGD, 5 seeds", ["--seeds", "5"]),
    ("Gibbs sampling without links", ["--method", "gibbs", "--no-links"]),
    ("Gibbs sampling", ["--method", "gibbs"]),
]
WAYS_WITH_FEATURES = [
    ("SGD, features", []),
    ("Gibbs sampling without links, features", ["--method", "gibbs", "--no-links"]),
    ("Gibbs sampling, features", ["--method", "gibbs"]),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bin")
    parser.add_argument("ratings", nargs="+")
    parser.add_argument("--item-features")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", default="", help="the ways whose names have these words")
    given = parser.parse_args()
    programs = Programs(given.bin)
    ways = list(WAYS)
    if given.item_features:
        features = ["--item-features", given.item_features]
        ways += [(name, words + features) for name, words in WAYS_WITH_FEATURES]
    print("| way | MSE | standard deviation | seconds a fold |\n|---|---|---|---|")
    for name, words in ways:
        if given.only not in name:
            continue
        begin = time.monotonic()
        said = programs.run("mf-train", *given.ratings, *words, "--folds", given.folds)
        seconds = (time.monotonic() - begin) / given.folds
        mean, deviation = re.search(r"mean MSE ([\d.]+), standard deviation ([\d.]+)", said).groups()
        print(f"| {name} | {float(mean):.4f} | {float(deviation):.4f} | {seconds:.2f} |", flush=True)


if __name__ == "__main__":
    main()
