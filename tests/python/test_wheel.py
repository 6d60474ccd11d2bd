# SPDX-License-Identifier: MIT
"""The wheel is one that pip installs, and what it installs works."""
import glob
import os
import pathlib
import subprocess
import sys
import unittest
import zipfile

import mfpar
from support import TestCase

PYTHON = pathlib.Path(__file__).parents[2] / "lib" / "python"


class Wheel(TestCase):
    def pack(self, folder):
        built = pathlib.Path(mfpar.__file__).parents[1]
        subprocess.run([sys.executable, PYTHON / "wheel.py", mfpar.__version__, built, "--wheel",
                        self.path(folder)], check=True, stdout=subprocess.DEVNULL)
        return glob.glob(self.path(folder) + "/*.whl")

    def test_pip_installs_it(self):
        wheels = self.pack("wheels")
        self.assertEqual(len(wheels), 1)
        there = self.path("site")
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps",
                        "--no-compile", "--target", there, *wheels], check=True)
        self.assertTrue(os.path.exists(os.path.join(there, "mfpar", "py.typed")))
        script = ("import mfpar, importlib.metadata as m; print(mfpar.__file__); "
                  "print(m.version('mfpar')); "
                  "mfpar.MatrixFactorization(rank=2).fit([[1, 2], [1, 3], [2, 2]], [1, 2, 3])")
        printed = subprocess.run([sys.executable, "-c", script], check=True, text=True,
                                 stdout=subprocess.PIPE, cwd=self.folder,
                                 env={**os.environ, "PYTHONPATH": there}).stdout.split()
        self.assertTrue(printed[0].startswith(there))
        self.assertEqual(printed[1], mfpar.__version__)

    def test_it_is_the_same_each_time(self):
        first, second = self.pack("a")[0], self.pack("b")[0]
        self.assertEqual(pathlib.Path(first).read_bytes(), pathlib.Path(second).read_bytes())
        names = zipfile.ZipFile(first).namelist()
        self.assertTrue(names[-1].endswith(".dist-info/RECORD"))
        self.assertFalse([name for name in names if "__pycache__" in name])


if __name__ == "__main__":
    unittest.main()
