# SPDX-License-Identifier: MIT
"""Our programs, as the benchmarks in Python run them."""
import json
import os
import subprocess
import sys


class Programs:
    """Runs what is in `programs`, as build/release/bin, in `folder`; ends with what a program says when one fails."""

    def __init__(self, programs, folder="."):
        self.programs = os.path.abspath(programs)
        self.folder = folder

    def run(self, program, *words):
        done = subprocess.run([os.path.join(self.programs, program), *map(str, words)], cwd=self.folder, check=False,
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{program} {' '.join(map(str, words))}: {done.stderr}")
        return done.stdout

    def error_of(self, model, ratings, *words):
        """The mean squared error of a model on a file of ratings."""
        return json.loads(self.run("mf-eval", model, ratings, "--json", *words))["mse"]
