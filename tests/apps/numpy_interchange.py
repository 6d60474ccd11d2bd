# SPDX-License-Identifier: MIT
#
# NumPy loads what mf-model exports, and mf-model imports what NumPy writes:
# python3 numpy_interchange.py FOLDER-OF-PROGRAMS
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

PROGRAMS = pathlib.Path(sys.argv[1]).resolve()


def run(program, *arguments):
    subprocess.run([PROGRAMS / program, *map(str, arguments)], check=True,
                   stdout=subprocess.DEVNULL)


def predictions(model, ratings):
    """What mf-eval predicts, by user and item."""
    run("mf-eval", model, ratings, "--predictions", "predictions.csv")
    with open("predictions.csv", newline="") as file:
        return {(row["user"], row["item"]): float(row["prediction"]) for row in csv.DictReader(file)}


def check_arrays(model, ratings):
    run("mf-model", "export", model, "-o", "npy")
    P, Q = np.load("npy/P.npy"), np.load("npy/Q.npy")
    user_biases, item_biases = np.load("npy/user_biases.npy"), np.load("npy/item_biases.npy")
    card = json.loads(pathlib.Path("npy/model.json").read_text())
    users, items = (pathlib.Path(f"npy/{side}.txt").read_text().splitlines()
                    for side in ("users", "items"))
    assert P.dtype == Q.dtype == np.float32 and P.flags.c_contiguous
    assert P.shape == (card["users"], card["rank"]) == (len(users), 8), P.shape
    assert Q.shape == (card["items"], card["rank"]) == (len(items), 8), Q.shape
    scores = card["mean"] + user_biases[:, None] + item_biases[None, :] + P @ Q.T
    scores = scores.clip(card["lowest"], card["highest"])
    row = {user: i for i, user in enumerate(users)}
    column = {item: i for i, item in enumerate(items)}
    expected = predictions(model, ratings)
    assert len(expected) > 1000
    for (user, item), prediction in expected.items():
        assert abs(scores[row[user], column[item]] - prediction) < 1e-5, (user, item)
    return expected


def check_pairs(expected, ratings):
    """The same model from NumPy's own files, in every layout."""
    card = json.loads(pathlib.Path("npy/model.json").read_text())
    P, Q = np.load("npy/P.npy"), np.load("npy/Q.npy")
    user_ids = pathlib.Path("npy/users.txt").read_text().splitlines()
    item_ids = pathlib.Path("npy/items.txt").read_text().splitlines()
    layouts = [("float64", lambda a: a.astype("f8")), ("big endian", lambda a: a.astype(">f4")),
               ("by columns", np.asfortranarray)]
    for name, layout in layouts:
        np.save("A.npy", layout(P))
        np.save("B.npy", layout(Q))
        np.save("users.npy", np.array([int(i) for i in user_ids]))
        np.save("items.npy", np.array(item_ids))
        run("mf-model", "import", "A.npy", "B.npy", "--user-ids", "users.npy", "--item-ids",
            "items.npy", "--user-biases", "npy/user_biases.npy", "--item-biases",
            "npy/item_biases.npy", "--mean", card["mean"], "--range",
            f"{card['lowest']}:{card['highest']}", "-o", "b.model")
        assert predictions("b.model", ratings) == expected, name


def check_vectors(model):
    """The best items of every user, by score and by search in the exported vectors."""
    P, Q, biases = (np.load(f"npy/{name}.npy").astype("f8") for name in ("P", "Q", "item_biases"))
    scores = P @ Q.T + biases
    for index in ("inner-product", "cosine"):
        run("mf-model", "export", model, "--format", "vectors", "--index", index, "-o", index)
        users, items = (np.load(f"{index}/{side}_vectors.npy").astype("f8")
                        for side in ("user", "item"))
        similarity = users @ items.T
        if index == "cosine":
            similarity /= np.linalg.norm(items, axis=1)
            distance = ((users[:, None, :] - items[None, :, :]) ** 2).sum(axis=2)
            check_order(scores, -distance)
        check_order(scores, similarity)


def check_order(scores, similarity):
    found = np.take_along_axis(scores, np.argsort(-similarity, axis=1), axis=1)
    assert (np.diff(found, axis=1) < 1e-6).all()


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    run("mf-data", "synth", "--users", 120, "--items", 90, "--ratings", 3000, "-o", "r.csv")
    run("mf-train", "r.csv", "-q", "-k", 8, "-t", 6, "-o", "a.model")
    check_pairs(check_arrays("a.model", "r.csv"), "r.csv")
    check_vectors("a.model")
