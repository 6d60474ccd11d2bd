#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures what mf-recommend --diversity and --at-most do to lists, as Markdown.

    python3 bench/diversity.py build/release/bin FOLDER [--rank-by ORDER] [OPTION OF mf-train]...

BIN is the folder of our programs, FOLDER that of MovieLens: ratings.csv and movies.csv. A fifth of each user's
ratings is held out ('mf-data split --by-user 0.2 --seed 1'), a model is trained on the others, and every user gets a
list of twenty.

Genres alike: the mean, over the pairs of a list's films, of the genres that both have, divided by those that either
has. Genres: how many a list names. Rating: the mean predicted rating. NDCG@20: of held-out ratings of 4 and more.
"""
import argparse
import collections
import csv
import itertools
import json
import math
import os
import subprocess
import sys
import tempfile

TOP = 20
WAYS = ([], ["--diversity", "0.1"], ["--diversity", "0.3"], ["--diversity", "0.5"], ["--diversity", "0.7"],
        ["--at-most", "10:genres"], ["--at-most", "5:genres"])


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mean(values):
    values = [value for value in values if value is not None]
    return sum(values) / len(values) if values else math.nan


def alike(a, b):
    return len(a & b) / len(a | b)


def ndcg(items, liked):
    if not liked:
        return None
    gain = sum(1 / math.log2(place + 2) for place, item in enumerate(items) if item in liked)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(TOP, len(liked))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", metavar="BIN")
    parser.add_argument("folder", metavar="FOLDER")
    parser.add_argument("--rank-by", default="")
    arguments, train_options = parser.parse_known_args()
    movies = os.path.join(arguments.folder, "movies.csv")
    genres = {row["movieId"]: set(row["genres"].split("|")) for row in rows_of(movies)}

    with tempfile.TemporaryDirectory() as folder:
        def run(program, *words):
            words = [os.path.join(os.path.abspath(arguments.programs), program), *words]
            return subprocess.run(words, check=True, capture_output=True, cwd=folder, text=True).stdout

        run("mf-data", "split", os.path.abspath(os.path.join(arguments.folder, "ratings.csv")), "--by-user", "0.2",
            "--seed", "1", "--train-out", "train.csv", "--valid-out", "test.csv")
        run("mf-train", "train.csv", "-o", "a.model", "-q", *train_options)
        liked = collections.defaultdict(set)
        with open(os.path.join(folder, "test.csv"), encoding="utf-8", newline="") as file:
            for user, item, rating, *_ in csv.reader(file):
                if rating.replace(".", "").isdigit() and float(rating) >= 4:
                    liked[user].add(item)
        print("| options | genres alike | genres | rating | NDCG@20 |")
        print("|---|---|---|---|---|")
        for way in WAYS:
            order = ["--rank-by", arguments.rank_by] if arguments.rank_by else []
            lines = run("mf-recommend", "a.model", "--all-users", "-n", str(TOP), "--format", "json", "--titles",
                        os.path.abspath(movies), *order, *way).splitlines()
            answers = [json.loads(line) for line in lines]
            lists = {answer["user"]: [item["id"] for item in answer["items"]] for answer in answers}
            pairs = mean(alike(genres[a], genres[b]) for items in lists.values()
                         for a, b in itertools.combinations(items, 2))
            named = mean(len(set().union(*(genres[item] for item in items))) for items in lists.values())
            rating = mean(item["rating"] for answer in answers for item in answer["items"])
            gain = mean(ndcg(items, liked[user]) for user, items in lists.items())
            print(f"| {' '.join(way) or 'none'} | {pairs:.3f} | {named:.1f} | {rating:.2f} | {gain:.3f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
