#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the lists of our models and orders beside those that need no model, as Markdown.

    python3 bench/lists.py BIN RATINGS [--liked 4] [--seeds 1,2,3] [--titles FILE] [--sections LIST] [--ease X]

BIN is the folder of our programs. Each section trains with defaults and measures on a fifth of each user's ratings
('mf-data split --by-user 0.2 --seed N'), or on users left out, with all items of the training competing; figures are
means over the seeds.

all       every held-out rating is relevant: what people came to choose
liked     those of --liked and more are relevant; training knows all others, too
filtered  the same, where lower ratings are left out of training as well
new       a tenth of the users is left out of training and folded in from four fifths of their ratings
orders    the orders of a model of --feedback both: NDCG@10 of held-out ratings and of those liked, and of the held-out
          items that stand among the first ten how many there are a user, their mean rating and the share of those liked
orders-new  the same of the users of new
persons   with --titles of MovieLens: of the twenty films for some people, how many are of the kind that they love

EASE and its mixture with one-class feedback stand beside them, X being its penalty; --ease 0 leaves them out, as they
take long where there are many users and items.
"""
import argparse
import csv
import json
import math
import os
import subprocess
import sys
import tempfile

SECTIONS = ("all", "liked", "filtered", "new", "orders", "orders-new", "persons")
COLUMNS = (("ndcg", "10", "NDCG@10"), ("ndcg", "100", "NDCG@100"), ("recall", "20", "recall@20"),
           ("coverage", "10", "coverage@10"), ("popularity_rank", "10", "popularity rank@10"))
KNOWN = ["--by-user", "0.2"]
NEW = ["--users", "0.1", "--given-out", "given.csv"]
RATINGS = ("ratings", ([], ["--least-ratings", "50"], ["--rank-by", "interaction"]))
ONE_CLASS = ("one-class", ([],))
BOTH = ("both", ([], ["--rank-by", "one-class:0.05"], ["--rank-by", "one-class:0.2"]))
BASELINES = {"popular": "most popular", "cosine": "item-item cosine", "ease": "EASE",
             "ease_mixture": "EASE and `--feedback one-class`, half each"}
ORDERS = ([], *(["--rank-by", f"one-class:{weight}"] for weight in ("0.01", "0.02", "0.05", "0.1", "0.2", "0.5")),
          ["--rank-by", "rating"],
          ["--rank-by", "rating", "--least-ratings", "50"], ["--rank-by", "interaction"],
          ["--rank-by", "blend:0.2"])
PERSONS = (
    ("first ten films for children", "1 2 8 13 27 34 38 48 54 60", "Children"),
    ("first ten dramas", "4 11 14 16 17 20 22 24 25 26", "Drama"),
    ("ten horror films", "968 1258 1347 1974 1982 1997 2459 3917 4105 7387", "Horror"),
    ("ten of science fiction", "32 541 924 1214 1240 1584 1653 2571 2916 5445", "Sci-Fi"),
    ("five of Studio Ghibli", "5971 6350 7099 26662 26776", "Animation"))
WAYS = (["--rank-by", "one-class"], ["--rank-by", "one-class:0.05"], ["--rank-by", "rating"],
        ["--rank-by", "blend:0.2"], ["--rank-by", "interaction"])


class Bench:
    def __init__(self, arguments, folder):
        self.programs = os.path.abspath(arguments.programs)
        self.ratings = os.path.abspath(arguments.ratings)
        self.liked = arguments.liked
        self.folder = folder
        self.ease = ["--ease", arguments.ease] if float(arguments.ease) > 0 else []

    def run(self, program, *words):
        done = subprocess.run([os.path.join(self.programs, program), *words], cwd=self.folder, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{program} {' '.join(words)}: {done.stderr}")
        return done.stdout

    def split(self, seed, how):
        self.run("mf-data", "split", self.ratings, *how, "--seed", str(seed), "--train-out", "train.csv",
                 "--valid-out", "test.csv", "-q")

    def train(self, feedback, *words):
        self.run("mf-train", "train.csv", "--feedback", feedback, "-o", feedback + ".model", "-q", *words)

    def rows(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def leave_out_disliked(self, name):
        head, *rows = self.rows(name)
        with open(os.path.join(self.folder, name), "w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(
                [head] + [row for row in rows if float(row[2]) >= self.liked])

    def measure(self, feedback, words, baselines=False):
        """Figures by name: of the model's lists, and of the baselines."""
        words = ["test.csv", "--ranking", "--json", "--bootstrap", "0", "--top", "10,20,100", *words]
        words += self.ease if baselines else ["--no-baselines"]
        answer = json.loads(self.run("mf-eval", feedback + ".model", *words))
        name = " ".join([f"`--feedback {feedback}`"] + ([f"`{' '.join(shown(words))}`"] if shown(words) else []))
        figures = {name: answer["ranking"]}
        for key, baseline in answer.get("baselines", {}).items():
            figures[BASELINES.get(key, key)] = baseline
        return figures


def shown(words):
    """The options that tell one order from another."""
    kept = ("--rank-by", "--least-ratings")
    return [word for at, word in enumerate(words) if word in kept or (at > 0 and words[at - 1] in kept)]


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else math.nan


def short(value):
    return f"{value:.0f}" if value > 1 else f"{value:.3f}".lstrip("0")


def print_means(rounds):
    """The rounds are figures by name, one of each seed."""
    print("| lists | " + " | ".join(title for *_, title in COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 1) + "|")
    for name in sorted(rounds[0], key=lambda name: name.startswith("`")):  # the baselines first
        cells = [short(mean(figures[name][key][top] for figures in rounds)) for key, top, _ in COLUMNS]
        print(f"| {name} | " + " | ".join(cells) + " |")
    print(flush=True)


def protocol(bench, seed, section):
    bench.split(seed, NEW if section == "new" else KNOWN)
    options = {"liked": ["--relevant", str(bench.liked)], "new": ["--given", "given.csv"]}.get(section, [])
    if section == "filtered":
        bench.leave_out_disliked("train.csv")
        bench.leave_out_disliked("test.csv")
    figures = {}
    for feedback, ways in (RATINGS, ONE_CLASS, BOTH):
        bench.train(feedback)
        for way in ways:
            figures |= bench.measure(feedback, [*options, *way], baselines=feedback == "one-class")
    if section == "liked":
        words = ["--relevant", str(bench.liked)]
        bench.train("one-class", *words)
        measured = bench.measure("one-class", options)
        figures["`--feedback one-class --relevant`"] = next(iter(measured.values()))
    return figures


def ndcg(items, relevant):
    gain = sum(1 / math.log2(place + 2) for place, item in enumerate(items) if item in relevant)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(10, len(relevant))))


def measure_order(bench, users, way, test):
    lists = {}
    for line in bench.run("mf-recommend", "both.model", *users, "-n", "10", "--format", "json", *way).splitlines():
        answer = json.loads(line)
        lists[answer["user"]] = [item["id"] for item in answer["items"]]
    liked = {user: {item for item, rating in rated.items() if rating >= bench.liked} for user, rated in test.items()}
    hits = [rated[item] for user, rated in test.items() for item in lists.get(user, []) if item in rated]
    return (mean(ndcg(lists.get(user, []), rated) for user, rated in test.items()),
            mean(ndcg(lists.get(user, []), items) for user, items in liked.items() if items),
            len(hits) / len(test), mean(hits), mean(rating >= bench.liked for rating in hits))


def orders(bench, seed, section):
    bench.split(seed, NEW if section == "orders-new" else KNOWN)
    users = ["--ratings", "given.csv"] if section == "orders-new" else ["--all-users"]
    bench.train("both")
    least = [["--least-rating", f"{bench.liked - below:g}"] for below in (1, 0.5)]
    known = {row[1] for row in bench.rows("train.csv")[1:]}
    test = {}
    for user, item, rating, *_ in bench.rows("test.csv")[1:]:
        if item in known:
            test.setdefault(user, {})[item] = float(rating)
    return {" ".join(way): measure_order(bench, users, way, test) for way in (*ORDERS, *least)}


def print_orders(rounds, liked):
    print(f"| order | NDCG@10 | NDCG@10 of {liked:g} and more | hits a user | their mean rating | of them liked |")
    print("|---|---|---|---|---|---|")
    for name in rounds[0]:
        all_, good, hits, rating, share = (mean(values) for values in zip(*(figures[name] for figures in rounds)))
        print(f"| {f'`{name}`' if name else 'default'} | {short(all_)} | {short(good)} | {hits:.2f} | {rating:.3f} "
              f"| {short(share)} |")
    print(flush=True)


def persons(bench, titles):
    bench.run("mf-train", bench.ratings, "--feedback", "both", "--deterministic", "-o", "both.model", "-q")
    names = [f"`{' '.join(way[1:])}`" for way in WAYS]
    print("| five stars for | of twenty | " + " | ".join(names) + " |")
    print("|---" * (len(WAYS) + 2) + "|")
    for name, films, genre in PERSONS:
        cells = []
        for way in WAYS:
            found = bench.run("mf-recommend", "both.model", *(film + "=5" for film in films.split()), "-n", "20",
                              "--titles", titles, "--format", "csv", *way)
            rows = list(csv.DictReader(found.splitlines()))
            cells.append(str(sum(genre in row["genres"].split("|") for row in rows)))
        print(f"| {name} | {genre} | " + " | ".join(cells) + " |")
    print(flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", metavar="BIN")
    parser.add_argument("ratings", metavar="RATINGS")
    parser.add_argument("--liked", type=float, default=4)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--titles")
    parser.add_argument("--sections", default=",".join(SECTIONS))
    parser.add_argument("--ease", default="200")
    arguments = parser.parse_args()
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, folder)
        for section in arguments.sections.split(","):
            if section not in SECTIONS:
                sys.exit(f"no section '{section}'; there are {', '.join(SECTIONS)}")
            if section == "persons" and not arguments.titles:
                continue
            print(f"**{section}**\n")
            if section in ("orders", "orders-new"):
                print_orders([orders(bench, seed, section) for seed in seeds], arguments.liked)
            elif section == "persons":
                persons(bench, os.path.abspath(arguments.titles))
            else:
                print_means([protocol(bench, seed, section) for seed in seeds])
    return 0


if __name__ == "__main__":
    sys.exit(main())
