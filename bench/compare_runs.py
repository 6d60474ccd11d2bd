# SPDX-License-Identifier: MIT
"""Runs of mf-train, ours and LIBMF's, as compare.py times them: one process each, timed from outside."""
import json
import os
import re
import statistics
import subprocess
import tempfile
import time


class Run:
    """What one training process did. Times are in seconds."""

    def __init__(self, wall, peak_bytes, epochs, rmse, loading, reading=float("nan"), evaluation=float("nan")):
        self.wall = wall              # from start to exit, the model saved
        self.peak_bytes = peak_bytes  # resident, at most
        self.epochs = epochs          # of each epoch, without the first two
        self.rmse = rmse              # on the validation ratings after each epoch, if there are any
        self.loading = loading        # to where the first epoch begins, if nothing is evaluated
        self.reading = reading        # and sorting of the file
        self.evaluation = evaluation  # of the last epoch, which nothing else runs beside
        self.epoch = statistics.median(epochs) if epochs else float("nan")


def wait(process):
    """Waits for it and returns its peak memory in bytes; raises if it failed."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, process.args))}: exit {process.returncode}")
    return usage.ru_maxrss * 1024


def ours(program, ratings, *options):
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        begin = time.perf_counter()
        process = subprocess.Popen([program, ratings, "-o", os.path.join(folder, "model"), "--quiet",
                                    "--log-json", log, *map(str, options)])
        peak = wait(process)
        wall = time.perf_counter() - begin
        events = [json.loads(line) for line in open(log)]
    epochs = [event for event in events if event["event"] == "epoch" and event["epoch"] > 0]
    start = next(event for event in events if event["event"] == "start")
    return Run(wall, peak, [event["seconds"] for event in epochs][2:],
               [event.get("valid_rmse") for event in epochs], epochs[0]["elapsed"] - epochs[0]["seconds"],
               start["data"]["seconds"], epochs[-1]["evaluation_seconds"])


def libmf(program, ratings, *options):
    """LIBMF tells no times, but prints a line after each epoch. Its first epochs move fewer factors."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        process = subprocess.Popen([program, *map(str, options), ratings, os.path.join(folder, "model")],
                                   stdout=subprocess.PIPE, text=True)
        ends, rmse = [], []
        for line in process.stdout:
            if re.match(r"\s*\d+\s+\d", line):
                ends.append(time.perf_counter() - begin)
                columns = line.split()
                rmse.append(float(columns[2]) if len(columns) == 4 else None)
        peak = wait(process)
        wall = time.perf_counter() - begin
    epochs = [b - a for a, b in zip(ends, ends[1:])]
    loading = ends[0] - statistics.median(epochs) if epochs else float("nan")
    return Run(wall, peak, epochs[1:], rmse, loading)
