#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How well items without ratings are predicted from their features.

    python3 bench/cold_items.py BIN RATINGS --item-features FILE [--columns user=A,item=B] [--draws 4]

BIN has the programs, as build/release/bin. All ratings of a random tenth of the items are held out, and
predicted by models of the others, with and without features; mean squared errors, a line a drawing."""

import argparse
import os
import tempfile

from programs import Programs

METHODS = [("SGD", []), ("Gibbs sampling", ["--method", "gibbs"])]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bin")
    parser.add_argument("ratings")
    parser.add_argument("--item-features", required=True)
    parser.add_argument("--columns", default="user=1,item=2")
    parser.add_argument("--draws", type=int, default=4)
    given = parser.parse_args()
    programs = Programs(given.bin)
    # Users and items change places, since whole users are what a split leaves out.
    swap = {"user": "item", "item": "user"}
    columns = ",".join(f"{swap[name]}={column}" for name, column in
                       (pair.split("=") for pair in given.columns.split(",")))
    swapped = ["--columns", "user=item,item=user"]
    print("| seed | " + " | ".join(f"{name}, without | with features | ratio" for name, _ in METHODS) + " |")
    print("|---" * (1 + 3 * len(METHODS)) + "|")
    for seed in range(1, given.draws + 1):
        with tempfile.TemporaryDirectory() as folder:
            file = {part: os.path.join(folder, part) for part in ("train", "given", "test", "cold", "model")}
            programs.run("mf-data", "split", given.ratings, "--columns", columns, "--users", 0.1, "--seed", seed,
                         "--train-out", file["train"], "--given-out", file["given"], "--valid-out", file["test"])
            with open(file["cold"], "w") as cold:
                for number, part in enumerate(("given", "test")):
                    with open(file[part]) as lines:
                        cold.writelines(list(lines)[number:])  # one header
            cells = [str(seed)]
            for _, method in METHODS:
                errors = []
                for features in ([], ["--item-features", given.item_features]):
                    programs.run("mf-train", file["train"], *swapped, *method, *features, "-o", file["model"])
                    errors.append(programs.error_of(file["model"], file["cold"], *swapped))
                cells += [f"{errors[0]:.4f}", f"{errors[1]:.4f}", f"{errors[1] / errors[0]:.3f}"]
            print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
