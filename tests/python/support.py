# SPDX-License-Identifier: MIT
"""What the tests of the Python package share."""
import os
import subprocess
import tempfile
import unittest
import warnings

import numpy as np

BIN = os.environ["MFPAR_BIN"]


def run(program, *arguments):
    """What a program of the build prints."""
    return subprocess.run([os.path.join(BIN, program), *map(str, arguments)], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def made_up(users=60, items=40, share=0.5, seed=1):
    """Ids of users and items, and ratings in halves from 0.5 to 5 that users, items and factors
    explain."""
    random = np.random.default_rng(seed)
    scores = random.normal(size=(users, 3)) @ random.normal(size=(3, items)) / 2
    scores += random.normal(size=(users, 1)) + random.normal(size=items)
    popularity = np.linspace(0.3, 1.7, items)  # of which lists can learn
    pairs = np.argwhere(random.random((users, items)) < share * popularity)
    random.shuffle(pairs)
    ratings = np.clip(np.round(6 + 2 * scores[pairs[:, 0], pairs[:, 1]]), 1, 10) / 2
    return pairs + [1, 1001], ratings


def write_csv(path, X, y=None):
    with open(path, "w", encoding="utf-8") as file:
        file.write("user,item,rating\n" if y is not None else "user,item\n")
        for i, (user, item) in enumerate(X):
            file.write(f"{user},{item}" + (f",{y[i]:g}\n" if y is not None else "\n"))


class TestCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        warnings.simplefilter("error")  # none that nobody expects

    def path(self, name):
        return os.path.join(self.folder, name)
