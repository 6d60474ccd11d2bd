# SPDX-License-Identifier: MIT
"""The section 'losses' of compare.py: every loss that LIBMF has, NMF and L1, ours beside LIBMF's."""
import json
import math
import os
import random
import statistics
import subprocess
import tempfile

from compare_runs import libmf, ours

# What each program chooses its best of: as many settings for one as for the other. Our penalties count for a row with one
# rating.
RATES, OWN_RATES = (0.05, 0.1), (0.05, 0.1)
LAMBDAS, OWN_LAMBDAS = (0.02, 0.05, 0.1), (0.3, 0.7, 1.2)
# Where factors alone make up ratings, all have to be held alike, as LIBMF's are.
OWN_LAMBDAS_OF_FACTORS = LAMBDAS
MAGNITUDES, OWN_MAGNITUDES = (0.02, 0.05, 0.1), (0.001, 0.003, 0.01)
EPOCHS = (10, 20, 40)
ALIKE = ("--penalty", "per-rating")
# name, values, the metric, LIBMF's options, ours
KINDS = (
    ("squared, `-f 0`", "ratings", "mse", ("-f", 0), ("--loss", "squared")),
    ("absolute, `-f 1`", "ratings", "mae", ("-f", 1), ("--loss", "absolute")),
    ("KL divergence, `-f 2 --nmf`", "counts", "kl_divergence", ("-f", 2, "--nmf"), ("--loss", "poisson", *ALIKE)),
    ("logistic, `-f 5`", "labels", "log_loss", ("-f", 5), ("--loss", "logistic")),
    ("squared hinge, `-f 6`", "labels", "squared_hinge_loss", ("-f", 6), ("--loss", "squared-hinge")),
    ("hinge, `-f 7`", "labels", "hinge_loss", ("-f", 7), ("--loss", "hinge")),
    ("squared, `-f 0 --nmf`", "ratings", "mse", ("-f", 0, "--nmf"), ("--nonnegative", "--no-biases", *ALIKE)),
    ("squared, `-f 0 -l1`", "ratings", "mse", ("-f", 0), ("--loss", "squared")),
)


def count_around(mean, drawn):
    """From Poisson's distribution."""
    least, product, count = math.exp(-mean), drawn.random(), 0
    while product > least:
        product *= drawn.random()
        count += 1
    return count


def write_values(ratings, folder, seed):
    """{values: {part: path}}, files of the ratings as they are, as labels (1 from 4 stars on, else -1) and as counts, 1 and
    what a generator draws around a quarter of the rating's square. The parts: "all", a tenth "test", the others
    "training", and of these a tenth of all "validation" and the others "learning"."""
    drawn = random.Random(seed)
    values = {"ratings": lambda rating: rating, "labels": lambda rating: 1 if float(rating) >= 4 else -1,
              "counts": lambda rating: 1 + count_around(float(rating) ** 2 / 4, drawn)}
    parts = ("all", "training", "learning", "validation", "test")
    paths = {kind: {part: os.path.join(folder, f"{kind}-{part}") for part in parts} for kind in values}
    files = {kind: {part: open(path, "w") for part, path in paths[kind].items()} for kind in values}
    with open(ratings) as lines:
        for line in lines:
            user, item, rating = line.split()[:3]
            drawn_part = drawn.random()
            part = "test" if drawn_part < 0.1 else "validation" if drawn_part < 0.2 else "learning"
            for kind, value in values.items():
                text = f"{user} {item} {value(rating)}\n"
                for written in {"all", part} | ({"training"} if part != "test" else set()):
                    files[kind][written].write(text)
    for opened in files.values():
        for file in opened.values():
            file.close()
    return paths


class Losses:
    def __init__(self, comparison):
        self.comparison, self.arguments = comparison, comparison.arguments
        self.base = ("-k", 32, "-s", self.arguments.threads)

    def said(self, program, *words):
        path = os.path.join(self.arguments.bin, program)
        done = subprocess.run([path, *map(str, words), "--json"], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def judged(self, model, test, metric):
        """The loss on the test ratings and the share of zeros among the factors."""
        zeros = self.said("mf-model", "info", model).get("zero_factors", {"users": 0.0, "items": 0.0})
        return self.said("mf-eval", model, test)[metric], (zeros["users"] + zeros["items"]) / 2

    def theirs(self, folder, training, options):
        trained, model = os.path.join(folder, "libmf"), os.path.join(folder, "model")
        subprocess.run([self.arguments.libmf[0], *map(str, options), training, trained], check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run([os.path.join(self.arguments.bin, "mf-model"), "import", trained, "--format", "libmf", "-o",
                        model], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return model

    def mine(self, folder, training, options):
        model = os.path.join(folder, "model")
        subprocess.run([self.comparison.train, training, *map(str, (*options, *self.comparison.off)), "-q", "-o",
                        model], check=True)
        return model

    def best(self, trained, files, metric, fixed, rates, penalties):
        """The loss on the test part, the zeros beside it, and the setting, the best on the validation part."""
        settings = [("-r", rate, *penalty, "-t", epochs) for rate in rates for penalty in penalties
                    for epochs in EPOCHS]
        found = []
        with tempfile.TemporaryDirectory() as folder:
            def tried(learnt_from, judged_by, setting):
                model = trained(folder, files[learnt_from], (*fixed, *self.base, *setting))
                return self.judged(model, files[judged_by], metric)

            for setting in settings:
                loss, _ = tried("learning", "validation", setting)
                found.append((loss if math.isfinite(loss) else math.inf, setting))
            setting = min(found, key=lambda one: one[0])[1]
            return (*tried("training", "test", setting), setting)

    def row(self, files, timed, kind):
        name, values, metric, libmf_options, own_options = kind
        if "-l1" in name:
            penalties = [("-l1", of, "-l2", LAMBDAS[1]) for of in MAGNITUDES]
            own_penalties = [("--l1-factors", of) for of in OWN_MAGNITUDES]
        else:
            penalties = [("-l2", of) for of in LAMBDAS]
            own_penalties = [("--lambda-factors", of)
                             for of in (OWN_LAMBDAS_OF_FACTORS if "--nmf" in libmf_options else OWN_LAMBDAS)]
        best = self.best(self.theirs, files[values], metric, libmf_options, RATES, penalties)
        own = self.best(self.mine, files[values], metric, own_options, OWN_RATES, own_penalties)
        # The setting's, but as many epochs for each.
        epochs = ("-t", self.arguments.epochs)
        theirs, mine = (*libmf_options, *self.base, *best[2][:-2], *epochs), (*own_options, *self.base, *own[2][:-2],
                                                                              *epochs)
        variants = [(program, lambda program=program: libmf(program, timed[values]["all"], *theirs))
                    for program in self.arguments.libmf]
        runs = self.comparison.in_turn(variants + [("mfpar", lambda: ours(self.comparison.train, timed[values]["all"],
                                                                          *mine, *self.comparison.off))])
        fastest = min(self.arguments.libmf, key=lambda program: statistics.median(run.epoch for run in runs[program]))
        ratios = [b.epoch / a.epoch for a, b in zip(runs["mfpar"], runs[fastest])]
        told = lambda loss, zeros: f"{loss:.4f}" + (f", {zeros:.0%} zeros" if "-l1" in name else "")
        words = lambda setting: "`" + " ".join(map(str, setting)) + "`"
        return [name, values, told(*best[:2]), told(*own[:2]),
                f"{statistics.median(ratios):.2f}x ({min(ratios):.2f} to {max(ratios):.2f})", words(best[2]),
                words(own[2])]


def section(comparison):
    arguments = comparison.arguments
    if not arguments.libmf:
        return None
    losses = Losses(comparison)
    files = timed = write_values(comparison.ratings, comparison.folder, arguments.losses_seed)
    if not arguments.ratings and arguments.shape != arguments.losses_shape:
        small = os.path.join(comparison.folder, "small")
        os.mkdir(small)
        files = write_values(comparison.made_up("losses", "--shape", arguments.losses_shape), small,
                             arguments.losses_seed)
    rows = []
    for kind in KINDS:
        rows.append(losses.row(files, timed, kind))
        print(*rows[-1], sep=" | ", flush=True)
    return {"title": f"Losses, rank 32, {arguments.threads} threads",
            "explanation": f"Loss on a held-out tenth{'' if files is timed else ' of ' + arguments.losses_shape}, by "
                           "mf-eval for both, of the settings that are best on another tenth: of "
                           f"{len(RATES) * len(LAMBDAS) * len(EPOCHS)} each, `-r` {RATES}, ours {OWN_RATES}, `-l2` "
                           f"{LAMBDAS}, our `--lambda-factors` {OWN_LAMBDAS}, with `--penalty per-rating` "
                           f"{OWN_LAMBDAS_OF_FACTORS} for KL divergence and NMF, or in place of these `-l1` {MAGNITUDES} "
                           f"and `--l1-factors` {OWN_MAGNITUDES}, `-t` {EPOCHS}. Labels are 1 from 4 stars on, else "
                           "-1; counts 1 and what is drawn around r^2 / 4. Epochs a second with these settings, as a "
                           "ratio.",
            "head": ["loss", "values", "LIBMF", "mfpar", "epochs a second", "LIBMF's best", "our best"], "rows": rows}
