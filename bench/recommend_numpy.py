#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times our top-20 lists beside NumPy's (a matrix product and argpartition), in turn, on one core.

    python3 bench/recommend_numpy.py BENCH_RECOMMEND [--items N] [--rounds N]

BENCH_RECOMMEND is the benchmark program of that name. Both sides search random factors of rank 64 whose norms
are all alike, by p.q alone, which is our hardest case: no item can be passed over. Prints medians and ratios.
"""
import argparse
import json
import os
import statistics
import subprocess
import time

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
import numpy  # noqa: E402  after the number of threads is set

TOP, RANK, BATCH = 20, 64, 960


def top_of(scores):
    best = numpy.argpartition(-scores, TOP, axis=-1)[..., :TOP]
    order = numpy.argsort(-numpy.take_along_axis(scores, best, -1), axis=-1)
    return numpy.take_along_axis(best, order, -1)


def seconds_of(call):
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def numpy_round(users, items, block):
    """Microseconds for one user, users a second in batches of `block` users."""
    one = statistics.median(seconds_of(lambda: top_of(users[u] @ items.T)) for u in range(50))
    many = seconds_of(lambda: [top_of(users[at:at + block] @ items.T)
                               for at in range(0, len(users), block)])
    return one * 1e6, len(users) / many


def our_round(program, items):
    out = subprocess.run(
        [program, "--benchmark_format=json", "--benchmark_min_time=0.2",
         "--benchmark_filter=tail:0/biases:0($|/threads:1/)"],
        env=dict(os.environ, MFPAR_BENCH_ITEMS=str(items)), check=True, capture_output=True)
    rows = {row["name"].split("/")[0]: row for row in json.loads(out.stdout)["benchmarks"]}
    return rows["one_user"]["p50_us"], rows["batches"]["items_per_second"]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()

    random = numpy.random.default_rng(1)
    items = random.standard_normal((arguments.items, RANK), dtype=numpy.float32)
    users = random.standard_normal((BATCH, RANK), dtype=numpy.float32)
    # Scores of a block of users take at most 256 MB.
    block = max(1, min(BATCH, (256 << 20) // (4 * arguments.items)))
    if arguments.items > 100_000:
        users = users[:96]
    rounds = [(our_round(arguments.program, arguments.items), numpy_round(users, items, block))
              for _ in range(arguments.rounds)]

    print(f"{arguments.items} items, rank {RANK}, top {TOP}, one core, "
          f"{arguments.rounds} rounds in turn; medians")
    print("|  | mfpar | NumPy | ratio |\n|---|---|---|---|")
    for name, at, faster in (("one user, us", 0, lambda ours, theirs: theirs / ours),
                             ("batches, users/s", 1, lambda ours, theirs: ours / theirs)):
        ours = statistics.median(mine[at] for mine, _ in rounds)
        theirs = statistics.median(other[at] for _, other in rounds)
        ratio = statistics.median(faster(mine[at], other[at]) for mine, other in rounds)
        print(f"| {name} | {ours:.0f} | {theirs:.0f} | {ratio:.1f}x |")


if __name__ == "__main__":
    main()
