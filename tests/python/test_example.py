# SPDX-License-Identifier: MIT
"""The example runs, on made-up ratings, and says what it is to say."""
import os
import pathlib
import re
import subprocess
import sys
import unittest

from support import TestCase, run

PYTHON = pathlib.Path(__file__).parents[2] / "lib" / "python"


class Example(TestCase):
    def test_it_runs(self):
        ratings, movies = self.path("ratings.csv"), self.path("movies.csv")
        run("mf-data", "synth", "--shape", "ml-100k", "--seed", "1", "-o", ratings, "--titles",
            movies)
        output = subprocess.run([sys.executable, PYTHON / "examples" / "films.py", ratings, movies],
                                check=True, stdout=subprocess.PIPE, text=True).stdout
        rmse, biases = map(float, re.match(r"RMSE ([0-9.]+), of biases alone ([0-9.]+);",
                                           output).groups())
        self.assertLess(rmse, biases)
        # Five, three, three and three films, under the lines that the README shows.
        self.assertEqual(len(re.findall(r"^ +[0-9.]+  \S", output, re.M)), 14)
        shown = (PYTHON / "README.md").read_text(encoding="utf-8")
        for line in output.splitlines():
            if not line.startswith(" "):
                self.assertIn(re.split(r"\d| as | like ", line)[0], shown)
        loved, disliked = [re.search(what + " (.*)", output)[1]
                           for what in ("same people as", "did not like")]
        last = output[output.index("did not like " + disliked) + len("did not like " + disliked):]
        self.assertNotIn(disliked, last)
        self.assertNotIn(loved, last)


class Readme(TestCase):
    def test_its_code_runs(self):
        """The blocks of the README one after the other, where a file ratings.csv lies."""
        shown = (PYTHON / "README.md").read_text(encoding="utf-8")
        blocks = re.findall(r"```python\n(.*?)```", shown, re.S)
        self.assertGreater(len(blocks), 1)
        run("mf-data", "synth", "--users", "200", "--items", "100", "--ratings", "5000", "-o",
            self.path("ratings.csv"))
        before = os.getcwd()
        os.chdir(self.folder)
        try:
            exec("\n".join(blocks), {})
        finally:
            os.chdir(before)


if __name__ == "__main__":
    unittest.main()
