#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trainings that stream from a packed store beside those in memory, and what --plan said of both.

    bench/stream.py BIN STORE [--rounds N] [--cold] [OPTION OF mf-train]...

Each round trains once in memory and once with --stream, one after the other, and makes a plan. Shown
are medians over the rounds: seconds an epoch with its evaluation (by "elapsed" in the log, but for the
first and the last), peak memory, and what --plan said, with its error. With --cold, the system's caches are dropped
ten times a second while it trains (as root, Linux), so that every epoch reads from the disk.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading


def drop_caches(stop):
    while not stop.wait(0.1):
        os.sync()
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
            file.write("1")


def run(program, arguments, cold=False):
    """The lines of its log, its peak memory in MiB, and the bytes that came from the disk."""
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        stop = threading.Event()
        dropper = threading.Thread(target=drop_caches, args=(stop,))
        if cold:
            dropper.start()
        try:
            process = subprocess.Popen(
                [program, *arguments, "-q", "--log-json", log, "-o", os.path.join(folder, "model")],
                stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            stop.set()
            if cold:
                dropper.join()
        if status != 0:
            sys.exit(f"{program} {' '.join(arguments)}: failed")
        with open(log, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        return lines, usage.ru_maxrss / 1024, usage.ru_inblock * 512


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("bin")
    parser.add_argument("store")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cold", action="store_true")
    arguments, options = parser.parse_known_args()
    program = os.path.join(arguments.bin, "mf-train")
    found = {"in_memory": [], "streamed": []}
    planned = {"in_memory": [], "streamed": []}
    for _ in range(arguments.rounds):
        plan, _, _ = run(program, [arguments.store, "--plan", *options])
        for way, flags in (("in_memory", []), ("streamed", ["--stream"])):
            lines, memory, read = run(program, [arguments.store, *options, *flags],
                                      arguments.cold)
            ends = [line["elapsed"] for line in lines if line["event"] == "epoch"]
            # Not the last, whose evaluation has the machine for itself.
            seconds = (ends[-2] - ends[1]) / (len(ends) - 3)
            found[way].append((seconds, memory, read / len(ends)))
            planned[way].append((plan[0][way]["epoch_seconds"], plan[0][way]["memory"] / 2**20))
    median = {way: [statistics.median(row[i] for row in rows) for i in range(3)]
              for way, rows in found.items()}
    plans = {way: [statistics.median(row[i] for row in rows) for i in range(2)]
             for way, rows in planned.items()}
    for way in found:
        seconds, memory, read = median[way]
        print(f"{way:10} epoch {seconds:.3f} s (plan {plans[way][0]:.3f}, "
              f"{plans[way][0] / seconds - 1:+.0%}), peak {memory:.0f} MiB "
              f"(plan {plans[way][1]:.0f}, {plans[way][1] / memory - 1:+.0%}), "
              f"from the disk {read / 2**20:.0f} MiB an epoch")
    ratios = [b[0] / a[0] for a, b in zip(found["in_memory"], found["streamed"])]
    print(f"streamed / in memory: {statistics.median(ratios):.2f}",
          "of", ", ".join(f"{ratio:.2f}" for ratio in ratios))


if __name__ == "__main__":
    main()
