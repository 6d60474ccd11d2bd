#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times our mf-train beside LIBMF's, in turn, and writes compare.md, compare.json and compare.svg.

    python3 bench/compare.py build/release/bin --libmf LIBMF/mf-train [--libmf ...] -o FOLDER

BIN is the folder of our programs. LIBMF builds are programs of their own; of several, the faster counts. Without
one, only ours are timed. Ratings are made up in the SHAPE that 'mf-data synth' knows, or read from a file of
'user item rating' lines. Every figure is a median over rounds; a ratio is the median of the rounds' own ratios,
with the lowest and the highest behind it, since a shared machine's speed drifts from minute to minute.
"""
import argparse
import datetime
import os
import platform
import statistics
import subprocess
import sys
import tempfile

import compare_losses
import compare_report
from compare_runs import libmf, ours

SECTIONS = ("epochs", "loading", "quality", "threads", "evaluation", "growth", "losses")
# The rates and penalties that each program has to choose its best from, as many for one as for the other. Ours count
# for ratings of standard deviation 1 and a row with one rating.
RATES, LAMBDAS, OWN_LAMBDAS = (0.05, 0.1, 0.2), (0.02, 0.03, 0.05, 0.08), (0.2, 0.35, 0.5, 0.7)
OFF = ("--valid-fraction", 0, "--eval-every", 0)


def median_of(runs, what):
    return statistics.median(what(run) for run in runs)


def ratio_text(ours_, theirs):
    """The median of theirs / ours round by round, and its range."""
    ratios = [b / a for a, b in zip(ours_, theirs)]
    return f"{statistics.median(ratios):.2f}x ({min(ratios):.2f} to {max(ratios):.2f})"


class Comparison:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = folder
        self.train = os.path.join(arguments.bin, "mf-train")
        self.data = os.path.join(arguments.bin, "mf-data")
        self.ratings = arguments.ratings or self.made_up("ratings", "--shape", arguments.shape)
        self.off = OFF
        self.count = sum(1 for _ in open(self.ratings, "rb"))

    def made_up(self, name, *options):
        path = os.path.join(self.folder, name)
        subprocess.run([self.data, "synth", *map(str, options), "--format", "libmf", "-o", path], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return path

    def in_turn(self, variants):
        """{name: runs}: every variant once a round, the first another one each round."""
        runs = {name: [] for name, _ in variants}
        for round_ in range(self.arguments.rounds):
            shift = round_ % len(variants)
            for name, call in variants[shift:] + variants[:shift]:
                runs[name].append(call())
        return runs

    def libmf_variants(self, ratings, threads, *options):
        return [((program, threads), lambda program=program: libmf(program, ratings, "-s", threads, *options))
                for program in self.arguments.libmf]

    def fastest(self, runs, threads, what):
        """The runs of the LIBMF build whose median is the lowest."""
        return min((runs[program, threads] for program in self.arguments.libmf),
                   key=lambda builds: median_of(builds, what))

    def epochs(self):
        threads, epochs = self.arguments.threads, self.arguments.epochs
        kinds = [("AdaGrad hogwild", ("--step-rule", "adagrad")),
                 ("AdaGrad blocks", ("--step-rule", "adagrad", "--schedule", "blocks")),
                 ("SGD hogwild", ("--step-rule", "sgd", "-r", 0.02))]
        rows, points = [], []
        for rank in self.arguments.ranks:
            variants = self.libmf_variants(self.ratings, threads, "-k", rank, "-t", epochs)
            for name, options in kinds:
                for count in sorted({1, threads}):
                    variants.append(((name, count), lambda options=options, count=count: ours(
                        self.train, self.ratings, "-k", rank, "-t", epochs, "--threads", count, *OFF, *options)))
            runs = self.in_turn(variants)
            speed = lambda runs_: self.count / median_of(runs_, lambda run: run.epoch) / 1e6
            seconds = lambda runs_: [run.epoch for run in runs_]
            theirs = self.fastest(runs, threads, lambda run: run.epoch) if self.arguments.libmf else None
            for name, _ in kinds:
                mine, alone = runs[name, threads], runs[name, 1]
                rows.append([rank, name, f"{speed(theirs):.0f}" if theirs else "-", f"{speed(mine):.0f}",
                             ratio_text(seconds(mine), seconds(theirs)) if theirs else "-", f"{speed(alone):.0f}",
                             ratio_text(seconds(mine), seconds(alone)),
                             ratio_text(seconds(mine), seconds(runs["AdaGrad hogwild", threads])),
                             ratio_text(seconds(alone), seconds(runs["AdaGrad hogwild", 1]))])
            points.append((rank, ([speed(theirs)] if theirs else []) + [speed(runs[name, threads])
                                                                        for name, _ in kinds]))
        return {"title": f"Epochs, {threads} threads",
                "explanation": "Million ratings a second, epochs alone. The last columns are of our own runs: all "
                               "threads against one, and against AdaGrad hogwild with as many, and with one.",
                "head": ["rank", "schedule", "LIBMF", "mfpar", "ratio", "1 thread", "threads", "to hogwild",
                         "to hogwild, 1 thread"],
                "rows": rows, "points": points,
                "series": (["LIBMF"] if self.arguments.libmf else []) + [name for name, _ in kinds]}

    def loading(self):
        counts = sorted({1, self.arguments.threads})
        variants = self.libmf_variants(self.ratings, self.arguments.threads, "-k", 32, "-t", 3)
        for count in counts:
            variants.append(((count,), lambda count=count: ours(self.train, self.ratings, "-k", 32, "-t", 3,
                                                                 "--threads", count, *OFF)))
        runs = self.in_turn(variants)
        loading = lambda runs_: [run.loading for run in runs_]
        theirs = (self.fastest(runs, self.arguments.threads, lambda run: run.loading)
                  if self.arguments.libmf else None)
        rows = [[name, f"{self.count / statistics.median(loading(runs_)) / 1e6:.1f}",
                 ratio_text(loading(runs_), loading(theirs)) if theirs else "-",
                 f"{median_of(runs_, lambda run: run.peak_bytes) / 1e6:.0f}",
                 f"{median_of(runs_, lambda run: run.peak_bytes) / self.count:.1f}"]
                for name, runs_ in ([("LIBMF", theirs)] if theirs else []) +
                [(f"ours, {count} thread{'s' * (count > 1)}", runs[count,]) for count in counts]]
        return {"title": "Loading text, and memory",
                "explanation": "From the start to the first epoch: read, sorted and measured, million lines a second; "
                               "peak resident memory of the whole of mf-train at rank 32, in MB and in bytes a rating.",
                "head": ["", "M lines/s", "ratio", "MB", "bytes a rating"], "rows": rows}

    def quality(self):
        if not self.arguments.libmf:
            return None
        rank, threads, most = 32, self.arguments.threads, self.arguments.quality_epochs
        training, validation = (os.path.join(self.folder, name) for name in ("training", "validation"))
        subprocess.run([self.data, "split", self.ratings, "--format", "libmf", "--train-out", training, "--valid-out",
                        validation],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        fast = self.arguments.libmf[0]
        best = None
        for rate in RATES:
            for penalty in LAMBDAS:
                options = ("-k", rank, "-s", threads, "-r", rate, "-l2", penalty, "-p", validation)
                rmse = libmf(fast, training, *options, "-t", most).rmse
                found = min((value, epoch) for epoch, value in enumerate(rmse, 1) if value == value)
                if best is None or found < best[0]:
                    best = (found, rate, penalty, options)
        (target, epochs), rate, penalty, options = best
        mine = ("-k", rank, "--threads", threads, "-p", validation, "--patience", 0)
        reached = []
        for own_rate in RATES:
            for own_penalty in OWN_LAMBDAS:
                setting = ("-r", own_rate, "--lambda-factors", own_penalty)
                rmse = ours(self.train, training, *mine, *setting, "-t", most).rmse
                reached += [(epoch, value, setting) for epoch, value in enumerate(rmse, 1) if value <= target][:1]
        rows = [[f"LIBMF, rate {rate}, lambda {penalty}", f"{target:.4f}", epochs, "", ""]]
        if reached:
            needed, _, setting = min(reached)
            # A pass over the training ratings for their exact MSE is no part of the task.
            runs = self.in_turn([("LIBMF", lambda: libmf(fast, training, *options, "-t", epochs)),
                                 ("ours", lambda: ours(self.train, training, *mine, *setting, "-t", needed,
                                                       "--train-mse", "running"))])
            walls = {name: [run.wall for run in runs_] for name, runs_ in runs.items()}
            rows[0][3] = f"{statistics.median(walls['LIBMF']):.2f}"
            rows.append([f"ours, rate {setting[1]}, lambda {setting[3]}", f"{runs['ours'][0].rmse[-1]:.4f}", needed,
                         f"{statistics.median(walls['ours']):.2f}", ratio_text(walls["ours"], walls["LIBMF"])])
        else:
            rows.append(["ours", "not reached", most, "", ""])
        return {"title": f"Time to quality, rank {rank}, {threads} threads",
                "explanation": f"From the text file to the saved model whose validation RMSE is LIBMF's best over "
                               f"rates {RATES}, lambdas {LAMBDAS} and up to {most} epochs; LIBMF with that setting "
                               f"and number of epochs, ours with the one of the same rates and of lambdas "
                               f"{OWN_LAMBDAS} that needs the fewest.",
                "head": ["", "validation RMSE", "epochs", "seconds", "ratio"], "rows": rows}

    def threads(self):
        cores = len(os.sched_getaffinity(0))
        counts = [count for count in (1, 2, 4, 8, 16) if count <= cores]
        schedules = ("hogwild", "blocks")
        runs = self.in_turn([((schedule, count), lambda schedule=schedule, count=count: ours(
            self.train, self.ratings, "-k", 64, "-t", self.arguments.epochs, "--threads", count, "--schedule",
            schedule, *OFF)) for schedule in schedules for count in counts])
        rows = []
        for count in (1, 2, 4, 8, 16):
            row = [count]
            for schedule in schedules:
                if count in counts:
                    ratios = [alone.epoch / run.epoch
                              for alone, run in zip(runs[schedule, 1], runs[schedule, count])]
                    speed = self.count / median_of(runs[schedule, count], lambda run: run.epoch) / 1e6
                    row += [f"{speed:.0f}", f"{statistics.median(ratios):.2f}x",
                            f"{statistics.median(ratios) / count:.0%}"]
                else:
                    row += [f"not measured: {cores} cores", "", ""]
            rows.append(row)
        return {"title": "Threads, rank 64", "explanation": "Epochs alone, million ratings a second.",
                "head": ["threads", "hogwild", "gain", "efficiency", "blocks", "gain", "efficiency"], "rows": rows}

    def evaluation(self):
        epochs = 10
        base = ("--threads", self.arguments.threads, "-t", epochs, "--patience", 0, "--no-refit")
        rows = []
        for rank in (32, 64):
            kinds = [("none", ("--eval-every", 0)), ("running", ("--train-mse", "running")),
                     ("exact", ("--train-mse", "exact"))]
            runs = self.in_turn([(name, lambda options=options: ours(self.train, self.ratings, "-k", rank, *base,
                                                                     *options)) for name, options in kinds])
            # Walls of the whole program, reading apart.
            walls = {name: [run.wall - run.reading for run in runs_] for name, runs_ in runs.items()}
            for name, _ in kinds:
                rows.append([rank, name, f"{statistics.median(walls[name]):.3f}", ratio_text(walls["none"], walls[name]),
                             "", ""])
            # Before the first epoch there is one evaluation more.
            costs = [(exact - none) / (epochs + 1) / run.evaluation
                     for exact, none, run in zip(walls["exact"], walls["none"], runs["exact"])]
            passes = [none.epoch / run.evaluation for none, run in zip(runs["none"], runs["exact"])]
            rows[-1][-2:] = [f"{statistics.median(costs):.2f}x ({min(costs):.2f} to {max(costs):.2f})",
                             f"{statistics.median(passes):.1f}x"]
        return {"title": f"What evaluation costs, {self.arguments.threads} threads",
                "explanation": f"{epochs} epochs from the ratings sorted to the saved model, seconds; what an exact "
                               "evaluation adds, as a multiple of what it takes alone, and how much faster that is "
                               "than an epoch.",
                "head": ["rank", "--train-mse", "seconds", "to none", "to its pass", "epoch to pass"], "rows": rows}

    def losses(self):
        return compare_losses.section(self)

    def growth(self):
        files = {}
        for millions in self.arguments.growth:
            count = int(millions * 1e6)
            files[millions] = self.made_up(f"growth-{millions:g}", "--users", max(count // 143, 10), "--items",
                                           max(count // 937, 10), "--ratings", count)
        runs = self.in_turn([(millions, lambda ratings=ratings: ours(
            self.train, ratings, "-k", 32, "-t", self.arguments.epochs, "--threads", self.arguments.threads, *OFF))
            for millions, ratings in files.items()])
        rows = []
        spent = {millions: [run.epoch / int(millions * 1e6) for run in runs_] for millions, runs_ in runs.items()}
        for millions, runs_ in runs.items():
            count = int(millions * 1e6)
            rows.append([f"{millions:g} M", f"{statistics.median(spent[millions]) * 1e9:.1f}",
                         ratio_text(spent[self.arguments.growth[0]], spent[millions]),
                         f"{count / median_of(runs_, lambda run: run.loading) / 1e6:.1f}",
                         f"{median_of(runs_, lambda run: run.peak_bytes) / count:.1f}"])
        return {"title": f"Growth, rank 32, {self.arguments.threads} threads",
                "explanation": "Ratings made up with 143 a user and 937 an item: an epoch's nanoseconds a rating, "
                               "million lines loaded a second, peak bytes a rating.",
                "head": ["ratings", "ns a rating", "to the first", "M lines/s", "bytes a rating"], "rows": rows}


def processor():
    for line in open("/proc/cpuinfo") if os.path.exists("/proc/cpuinfo") else []:
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    numbers = lambda kind: lambda text: [kind(part) for part in text.split(",")]
    parser.add_argument("bin", help="folder of our programs")
    parser.add_argument("--libmf", action="append", default=[], metavar="MF-TRAIN", help="a build of LIBMF's")
    parser.add_argument("-o", "--output", default="compare", metavar="FOLDER")
    parser.add_argument("--shape", default="ml-10m")
    parser.add_argument("--ratings", metavar="FILE", help="'user item rating' lines instead of a shape")
    parser.add_argument("--sections", type=numbers(str), default=SECTIONS, metavar=",".join(SECTIONS))
    parser.add_argument("--ranks", type=numbers(int), default=[8, 16, 32, 64, 128])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=7, help="of each run that times epochs; at least 4")
    parser.add_argument("--quality-epochs", type=int, default=30)
    parser.add_argument("--losses-seed", type=int, default=1, metavar="N",
                        help="by which ratings are held out where losses are compared")
    parser.add_argument("--losses-shape", default="ml-1m", metavar="SHAPE",
                        help="whose held-out losses are compared, where there are no --ratings")
    parser.add_argument("--growth", type=numbers(float), default=[1, 10, 100], metavar="MILLIONS,...")
    arguments = parser.parse_args()
    if unknown := set(arguments.sections) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}")
    if arguments.epochs < 4 or arguments.rounds < 1:
        parser.error("at least 4 epochs and 1 round")
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(arguments, folder)
        machine = {"processor": processor(), "cores": len(os.sched_getaffinity(0)),
                   "date": datetime.date.today().isoformat(), "ratings": comparison.count,
                   "rounds": arguments.rounds, "command": " ".join(["bench/compare.py"] + [
                       os.path.basename(word) if os.path.isabs(word) else word for word in sys.argv[1:]])}
        results = []
        for name in arguments.sections:
            section = getattr(comparison, name)()
            if section is None:
                continue
            results.append({"name": name, **section})
            compare_report.write(arguments.output, results, machine)
            print(f"{section['title']}\n{compare_report.markdown_table(section['head'], section['rows'])}\n",
                  flush=True)


if __name__ == "__main__":
    main()
