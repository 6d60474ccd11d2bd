#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures lists of similar items, and prints some to be judged by eye, as Markdown.

    python3 bench/similar_items.py build/release/bin FOLDER

BIN is the folder of our programs, FOLDER that of MovieLens: ratings.csv and movies.csv. Two models are trained, with
seeds 1 and 2, by the defaults and any options behind FOLDER, and each film is asked about with mf-recommend
--similar-to, by raters and by factors.

Siblings: of the other films of a film's series, the share among its ten most similar, over all films that belong to
one. A series are the films, of ten ratings or more, whose titles are the same without the year and all in brackets,
what follows a ':' or ' - ', what follows Part, Episode, Vol., Volume or Chapter, a last article, and a last number,
Arabic or Roman. Seeds: the share of the ten most similar of those films that both models name.
"""
import argparse
import collections
import csv
import json
import os
import re
import subprocess
import sys
import tempfile

TEN = 10
SHOWN = ("Toy Story (1995)", "Matrix, The (1999)", "Titanic (1997)", "Pulp Fiction (1994)",
         "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)",
         "Spirited Away (Sen to Chihiro no kamikakushi) (2001)",
         "Lord of the Rings: The Fellowship of the Ring, The (2001)", "Halloween (1978)", "Die Hard (1988)",
         "Notebook, The (2004)")


def series_of(title):
    """What films of one series have in common."""
    text = re.sub(r"\s*\(\d{4}\)\s*$", "", title)
    text = re.sub(r"\s*\(.*?\)", "", text)
    text = re.split(r":| - ", text)[0]
    text = re.sub(r"\b(Part|Episode|Vol\.|Volume|Chapter)\b.*$", "", text)
    text = re.sub(r",? (The|A|An)$", "", text.strip())
    text = re.sub(r"\s+(\d+|II|III|IV|V|VI|VII|VIII|IX|X)\s*$", "", text)
    return text.strip().lower()


def column(path, name):
    with open(path, encoding="utf-8", newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


def series(titles, ratings):
    """For each film of a series, the others."""
    films = collections.defaultdict(list)
    for film, count in collections.Counter(ratings).items():
        if count >= TEN:
            films[series_of(titles[film])].append(film)
    return {film: [other for other in all_ if other != film] for all_ in films.values() if len(all_) > 1
            for film in all_}


class Model:
    def __init__(self, programs, path):
        self.programs = programs
        self.path = path

    def similar(self, film, by):
        words = [os.path.join(self.programs, "mf-recommend"), self.path, "--similar-to", film, "--similar-by", by, "-n",
                 str(TEN), "--format", "json"]
        answer = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
        return [item["id"] for item in answer["items"]]


def share_of_siblings(lists, siblings):
    found = sum(len(set(lists[film]) & set(others)) for film, others in siblings.items())
    return found / sum(min(TEN, len(others)) for others in siblings.values())


def share_in_common(a, b):
    return sum(len(set(a[film]) & set(b[film])) for film in a) / sum(max(len(a[film]), 1) for film in a)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", metavar="BIN")
    parser.add_argument("folder", metavar="FOLDER")
    arguments, train_options = parser.parse_known_args()
    ratings = os.path.join(arguments.folder, "ratings.csv")
    movies = os.path.join(arguments.folder, "movies.csv")
    titles = dict(zip(column(movies, "movieId"), column(movies, "title")))
    siblings = series(titles, column(ratings, "movieId"))
    with tempfile.TemporaryDirectory() as folder:
        models = []
        for seed in ("1", "2"):
            path = os.path.join(folder, seed + ".model")
            words = [os.path.join(arguments.programs, "mf-train"), ratings, "-o", path, "-q", "--seed", seed]
            subprocess.run(words + train_options, check=True, stdout=subprocess.DEVNULL)
            models.append(Model(arguments.programs, path))
        print(f"{len(siblings)} films of {len({series_of(titles[film]) for film in siblings})} series\n")
        print("| similar by | siblings among ten | two seeds share |")
        print("|---|---|---|")
        for by in ("raters", "factors"):
            lists = [{film: model.similar(film, by) for film in siblings} for model in models]
            print(f"| {by} | {share_of_siblings(lists[0], siblings):.3f} | {share_in_common(*lists):.2f} |")
        ids = {title: film for film, title in titles.items()}
        print()
        for title in SHOWN:
            found = [titles[film] for film in models[0].similar(ids[title], "raters")]
            print(f"- **{title}**: {'; '.join(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
