#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Other programs beside ours on the same parts of one file of ratings.

    python3 bench/peers.py BIN RATINGS [--libmf FOLDER] [--folds 5] [--seeds 1,2,3] [--only WORDS]

BIN has our programs, as build/release/bin, and FOLDER LIBMF's mf-train. Surprise and implicit are
measured where this Python can import them. RATINGS is a text file with a header, commas, and ids
that are whole numbers. Errors are means over the folds of `mf-data split --folds`; where a grid is
tried, its best setting by the test folds themselves is shown, which favours those who have one:
ours run with default options. Lists are of a fifth of each user's ratings (`--by-user 0.2`), means
over the seeds. Seconds are of one training, from text to model, of one thread in Surprise and of
all in the others; of Surprise and implicit without reading the text. --only libmf,surprise,svdpp,implicit,mfpar
leaves the others out; SVD++ takes most of the time."""

import argparse
import csv
import itertools
import json
import math
import os
import subprocess
import tempfile
import time
from pathlib import Path

from programs import Programs

LIBMF_GRID = list(itertools.product((8, 16), (0.05, 0.1, 0.2), (0.05, 0.1)))
SURPRISE_GRID = list(itertools.product((20, 100), (0.01,), (0.05, 0.1)))
SURPRISE_EPOCHS = (20, 40)
IMPLICIT_GRID = list(itertools.product((128, 256), (1.0, 3.0), (3.0, 10.0, 30.0)))


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return [(user, item, float(rating)) for user, item, rating, *_ in itertools.islice(csv.reader(file), 1, None)]


def timed(work, *arguments):
    begin = time.monotonic()
    return work(*arguments), time.monotonic() - begin


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def show(name, value, seconds):
    print(f"| {name} | {value:.4f} | {seconds:.2f} |", flush=True)


def by_ours(programs, folds, words):
    errors, seconds = [], []
    for train, test in folds:
        _, took = timed(programs.run, "mf-train", train, "-o", "peers.model", "-q", *words)
        errors.append(programs.error_of("peers.model", test))
        seconds.append(took)
    return mean(errors), mean(seconds)


def libmf_errors(program, train, test, rank, penalty, rate, epochs=40):
    """The mean squared error on the test of each epoch."""
    words = ["-k", rank, "-l2", penalty, "-r", rate, "-t", epochs, "-s", 2, "-p", test, train, f"{train}.model"]
    said = subprocess.run([program, *map(str, words)], check=True, capture_output=True, text=True).stdout
    lines = [line.split() for line in said.splitlines() if line.strip()]
    column = next(line for line in lines if line[0] == "iter").index("va_rmse")
    return [float(line[column]) ** 2 for line in lines if line[0].isdigit()]


def by_libmf(program, folds):
    texts = []
    for parts in folds:
        texts.append([part.with_suffix(".txt") for part in parts])
        for part, text in zip(parts, texts[-1]):
            text.write_text("".join(f"{user} {item} {rating}\n" for user, item, rating in rows_of(part)))
    best = (math.inf,)
    for setting in LIBMF_GRID:
        runs = [timed(libmf_errors, program, *parts, *setting) for parts in texts]
        epochs = [mean(errors) for errors in zip(*(errors for errors, _ in runs))]
        share = (epochs.index(min(epochs)) + 1) / len(epochs)
        best = min(best, (min(epochs), mean(took for _, took in runs) * share, setting, epochs.index(min(epochs)) + 1))
    error, seconds, (rank, penalty, rate), epoch = best
    show(f"LIBMF, best of {len(LIBMF_GRID)} settings and 40 epochs: `-k {rank} -l2 {penalty} -r {rate} -t {epoch}`",
         error, seconds)


def by_surprise(surprise, folds, only):
    def error_of(algorithm, train, test):
        predicted = [(algorithm.predict(user, item).est, rating) for user, item, rating in test]
        return mean((guess - rating) ** 2 for guess, rating in predicted)

    parts = []
    for train, test in folds:
        rows = rows_of(train)
        values = [rating for *_, rating in rows]
        reader = surprise.Reader(rating_scale=(min(values), max(values)))
        data = surprise.Dataset(reader)
        parts.append((data.construct_trainset([(*row, None) for row in rows]), rows_of(test)))

    def measure(make):
        runs = []
        for train, test in parts:
            algorithm, took = timed(make().fit, train)
            runs.append((error_of(algorithm, train, test), took))
        return mean(error for error, _ in runs), mean(took for _, took in runs)

    if "svdpp" in only:
        show("Surprise, `SVDpp()`", *measure(lambda: surprise.SVDpp(random_state=1)))
    if "surprise" not in only:
        return
    show("Surprise, `SVD()`", *measure(lambda: surprise.SVD(random_state=1)))
    best = min(
        (*measure(lambda: surprise.SVD(n_factors=rank, lr_all=rate, reg_all=penalty, n_epochs=epochs, random_state=1)),
         f"n_factors={rank}, lr_all={rate}, reg_all={penalty}, n_epochs={epochs}")
        for (rank, rate, penalty), epochs in itertools.product(SURPRISE_GRID, SURPRISE_EPOCHS)
    )
    count = len(SURPRISE_GRID) * len(SURPRISE_EPOCHS)
    show(f"Surprise, best of {count} settings: `SVD({best[2]})`", *best[:2])


def ndcg(items, relevant):
    """NDCG@10 of one list, as apps/EVAL.md has it."""
    found = sum(1 / math.log2(rank + 2) for rank, item in enumerate(items[:10]) if item in relevant)
    return found / sum(1 / math.log2(rank + 2) for rank in range(min(10, len(relevant))))


def by_implicit(implicit, splits):
    import numpy
    import scipy.sparse

    def measure(setting):
        factors, alpha, penalty = setting
        runs = []
        for seed, (train, test) in splits:
            rows = rows_of(train)
            users = {user: index for index, user in enumerate(dict.fromkeys(user for user, *_ in rows))}
            items = {item: index for index, item in enumerate(dict.fromkeys(item for _, item, _ in rows))}
            wanted = {}
            for user, item, _ in rows_of(test):
                # What was not trained on can be listed by nobody, and counts as missed.
                wanted.setdefault(users[user], set()).add(items.get(item, item))
            pairs = ([users[user] for user, *_ in rows], [items[item] for _, item, _ in rows])
            matrix = scipy.sparse.csr_matrix((numpy.ones(len(rows), dtype=numpy.float32), pairs),
                                             shape=(len(users), len(items)))
            model = implicit.als.AlternatingLeastSquares(factors=factors, alpha=alpha, regularization=penalty,
                                                         random_state=seed)
            _, took = timed(lambda: model.fit(matrix, show_progress=False))
            names = numpy.array(sorted(wanted))
            lists, _ = model.recommend(names, matrix[names], N=10)
            runs.append((mean(ndcg(list(row), wanted[user]) for user, row in zip(names, lists)), took))
        return mean(value for value, _ in runs), mean(took for _, took in runs)

    show("implicit, `AlternatingLeastSquares()`", *measure((100, 1.0, 0.01)))
    best = max((*measure(setting), setting) for setting in IMPLICIT_GRID)
    factors, alpha, penalty = best[2]
    setting = f"factors={factors}, alpha={alpha}, regularization={penalty}"
    show(f"implicit, best of {len(IMPLICIT_GRID)} settings: `{setting}`", *best[:2])


def lists_by_ours(programs, splits, words):
    runs = []
    for _, (train, test) in splits:
        _, took = timed(programs.run, "mf-train", train, "-o", "peers.model", "-q", *words)
        said = json.loads(programs.run("mf-eval", "peers.model", test, "--ranking", "--top", 10, "--no-baselines",
                                       "--bootstrap", 0, "--json"))
        runs.append((said["ranking"]["ndcg"]["10"], took))
    return mean(value for value, _ in runs), mean(took for _, took in runs)


def imported(name):
    try:
        return __import__(name)
    except ImportError as error:
        print(f"({name} is left out: {error})")
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin")
    parser.add_argument("ratings")
    parser.add_argument("--libmf", help="the folder with LIBMF's mf-train")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--only", default="libmf,surprise,svdpp,implicit,mfpar")
    given = parser.parse_args()
    only = set(given.only.split(","))
    # implicit has threads of its own, and asks for this.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    surprise = imported("surprise") if only & {"surprise", "svdpp"} else None
    implicit = imported("implicit.als") if "implicit" in only else None
    with tempfile.TemporaryDirectory() as folder:
        programs, folder = Programs(given.bin, folder), Path(folder)
        ratings = Path(given.ratings).resolve()
        programs.run("mf-data", "split", ratings, "--folds", given.folds, "--train-out", "train-%.csv", "--valid-out",
                     "test-%.csv")
        folds = [(folder / f"train-{fold}.csv", folder / f"test-{fold}.csv") for fold in range(1, given.folds + 1)]
        print("\n| ratings | MSE | seconds |\n|---|---|---|")
        if given.libmf and "libmf" in only:
            by_libmf(Path(given.libmf).resolve() / "mf-train", folds)
        if surprise:
            by_surprise(surprise, folds, only)
        for words in ([], ["--seeds", 5], ["--method", "gibbs"]) if "mfpar" in only else ():
            shown = " ".join(map(str, ["mf-train", *words]))
            show(f"mfpar, `{shown}`", *by_ours(programs, folds, words))
        splits = []
        for seed in map(int, given.seeds.split(",")):
            parts = folder / f"train.{seed}.csv", folder / f"test.{seed}.csv"
            programs.run("mf-data", "split", ratings, "--by-user", 0.2, "--seed", seed, "--train-out", parts[0],
                         "--valid-out", parts[1])
            splits.append((seed, parts))
        print("\n| lists | NDCG@10 | seconds |\n|---|---|---|")
        if implicit:
            by_implicit(implicit, splits)
        if "mfpar" in only:
            words = ["--feedback", "one-class"]
            show(f"mfpar, `mf-train {' '.join(words)}`", *lists_by_ours(programs, splits, words))


if __name__ == "__main__":
    main()
