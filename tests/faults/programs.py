# SPDX-License-Identifier: MIT
"""Programs under faults, and what they are to make of a folder of small files."""

import os
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

NAMES_OF_CALLS = {
    0: "read", 1: "write", 2: "open", 3: "close", 4: "stat", 5: "fstat", 7: "poll", 9: "mmap",
    17: "pread64", 18: "pwrite64", 19: "readv", 20: "writev", 25: "mremap", 43: "accept",
    44: "sendto", 45: "recvfrom", 46: "sendmsg", 47: "recvmsg", 74: "fsync", 75: "fdatasync",
    77: "ftruncate", 82: "rename", 83: "mkdir", 84: "rmdir", 86: "link", 87: "unlink",
    232: "epoll_wait", 257: "openat", 258: "mkdirat", 262: "newfstatat", 263: "unlinkat",
    264: "renameat", 265: "linkat", 271: "ppoll", 281: "epoll_pwait", 285: "fallocate",
    288: "accept4", 316: "renameat2", 332: "statx", -1: "malloc",
}


HANGS = 1000  # in place of an exit code


@dataclass
class Run:
    """What became of a program: its exit code (below 0: a signal), and what the shim counted."""
    code: int
    out: str
    err: str
    calls: int = 0
    faults: int = 0
    last: str = ""

    def message(self):
        """The lines in which it says what is wrong."""
        return [line for line in self.err.splitlines() if ": error: " in line]


def leave_where_shim_cannot_work(binaries, shim):
    """Ends with the exit code of a test that was left out where the kernel, or a container, takes
    no filter of system calls."""
    environment = {**os.environ, "LD_PRELOAD": str(shim), "MFPAR_FAULTS": "do=EIO at=1000000000"}
    tried = subprocess.run([str(Path(binaries) / "mf-data"), "--version"], env=environment,
                           capture_output=True, text=True, check=False)
    if "takes no seccomp filter" in tried.stderr:
        print(tried.stderr.strip() + "; nothing was tried")
        sys.exit(77)


class Programs:
    """The programs of a build, and the shim that makes them fail."""

    def __init__(self, binaries, shim, folder):
        self.binaries = Path(binaries).resolve()
        self.shim = Path(shim).resolve()
        self.folder = Path(folder).resolve()
        self.report = self.folder.parent / "report"
        if self.shim.exists():
            leave_where_shim_cannot_work(self.binaries, self.shim)

    def environment(self, faults):
        return {"LD_PRELOAD": str(self.shim), "MFPAR_FAULTS": faults,
                "MFPAR_FAULTS_REPORT": str(self.report)}

    def run(self, command, faults="", memory=None, timeout=30):
        """Runs `command`, words with blanks between them, in the folder."""
        words = command.split()
        words[0] = str(self.binaries / words[0])
        environment = dict(os.environ)
        if faults:
            self.report.write_bytes(bytes(24))
            environment.update(self.environment(faults))

        def limit():
            if memory is not None:
                resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        # Files, of which writing can fail as of no pipe.
        out, err = self.folder.parent / "out", self.folder.parent / "err"
        with open(out, "wb") as to_out, open(err, "wb") as to_err:
            process = subprocess.Popen(words, cwd=self.folder, env=environment, stdout=to_out,
                                       stderr=to_err, stdin=subprocess.DEVNULL, preexec_fn=limit)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = HANGS
        run = Run(code, out.read_text(errors="replace"), err.read_text(errors="replace"))
        if faults:
            run.calls, run.faults, last = struct.unpack("<QQq", self.report.read_bytes())
            run.last = NAMES_OF_CALLS.get(last, str(last)) if run.faults else ""
        if run.code == 99 or (faults and run.calls == 0 and run.code != HANGS):
            raise RuntimeError(f"{self.shim} has seen no call: {run.err}")
        return run


def state_of(folder):
    """Every file below the folder by name with its bytes; folders with None."""
    state = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        state[name] = path.read_bytes() if path.is_file() else None
    return state


TEMPORARY = re.compile(r"\.mfpar-\d+-\d+\.tmp(/.*)?")


def without_temporaries(state):
    return {name: contents for name, contents in state.items() if not TEMPORARY.fullmatch(name)}


def restore(folder, wanted):
    """Makes the folder what state_of() said of it."""
    now = state_of(folder)
    if now == wanted:
        return
    for name in sorted(now, reverse=True):
        if name not in wanted:
            path = folder / name
            path.rmdir() if path.is_dir() else path.unlink()
    for name, contents in wanted.items():
        path = folder / name
        if contents is None:
            path.mkdir(exist_ok=True)
        elif now.get(name) != contents:
            path.write_bytes(contents)


@dataclass(frozen=True)
class Scenario:
    """A command, the files or folders that it makes, and those that grow line by line meanwhile."""
    command: str
    outputs: tuple = ()
    logs: tuple = ()

    def is_output(self, name):
        return name.split("/")[0] in self.outputs

    def judge(self, before, after, wanted):
        """What is wrong with a folder after the command ended in whatever way; "" for nothing.
        Outputs are whole, old or new; nothing else has come, gone or changed."""
        for name in sorted(set(before) | set(after)):
            if name.split("/")[0] in self.logs:
                continue
            old, new = before.get(name, ""), after.get(name, "")
            if new == old:
                continue
            if not self.is_output(name):
                return f"{name} is left behind" if old == "" else f"{name} has changed"
            if new != wanted.get(name, ""):
                return f"{name} is neither the old one nor the whole new one"
        for output in self.outputs:  # a folder is as whole as its files together
            names = {name for name in after if name.startswith(output + "/")}
            if names and names not in ({name for name in state if name.startswith(output + "/")}
                                       for state in (before, wanted)):
                return f"{output} has only some of its files"
        return ""

    def has_all(self, after, wanted):
        return all(after.get(name) == contents for name, contents in wanted.items()
                   if self.is_output(name))


# Epochs are few and the ratings 600, but all that is done for a million is done for them.
TRAIN = "mf-train r.csv --config options --deterministic -s 2"
CUT_OFF = f"{TRAIN} --no-refit -q -o new.model --checkpoint cut-off --checkpoint-every 2"
SCENARIOS = {
    "train": Scenario(f"{TRAIN} -o old.model --log-json log --report page.html",
                      ("old.model", "page.html"), ("log",)),
    "train_new": Scenario("mf-train r.csv.gz -p valid.csv -k 4 -t 3 -s 1 --deterministic "
                          "--titles titles.csv -o new.model", ("new.model",)),
    "train_gibbs": Scenario("mf-train r.csv --method gibbs -k 3 --burn-in 2 --samples 4 -s 2 "
                            "--item-features titles.csv -o old.model", ("old.model",)),
    "checkpoints": Scenario(f"{TRAIN} -q -o old.model --checkpoint points --checkpoint-every 1 "
                            "--resume", ("old.model",), ("points",)),
    "resume": Scenario(f"{CUT_OFF} --resume", ("new.model",), ("cut-off",)),
    "train_als": Scenario("mf-train r.csv --feedback one-class -k 4 -t 3 -s 2 -o new.model",
                          ("new.model",)),
    "export": Scenario("mf-model export old.model -o arrays", ("arrays",)),
    "export_libmf": Scenario("mf-model export old.model --format libmf --ids numbered -o libmf",
                             ("libmf", "libmf.users", "libmf.items")),
    "import": Scenario("mf-model import exported -o new.model", ("new.model",)),
    "verify": Scenario("mf-model verify old.model"),
    "split": Scenario("mf-data split r.csv --train-out old.train --valid-out new.valid",
                      ("old.train", "new.valid")),
    "synth": Scenario("mf-data synth --users 60 --items 20 --ratings 600 -o new.csv "
                      "--titles new.titles", ("new.csv", "new.titles")),
    "recommend": Scenario("mf-recommend old.model --all-users --top 3 --titles titles.csv "
                          "-o old.lists", ("old.lists",)),
    "requests": Scenario("mf-recommend old.model --requests requests -o old.lists",
                         ("old.lists",)),
    "fold_in": Scenario("mf-fold-in old.model valid.csv -o new.model", ("new.model",)),
    "eval": Scenario("mf-eval old.model valid.csv --predictions new.predictions --report page.html",
                     ("new.predictions", "page.html")),
    "ranking": Scenario("mf-eval old.model later.csv --ranking --relevant 4 "
                        "--report page.html", ("page.html",)),
    "tune": Scenario("mf-tune r.csv --trials 2 -s 1 --method sgd -t 20 -o new.options "
                     "--model new.model", ("new.options", "new.model")),
}


def prepare(programs):
    """Fills the folder with what the scenarios read and replace; returns its state."""
    folder = programs.folder
    draw = random.Random(1)
    ratings, later = [], []
    for user in range(40):
        for number, item in enumerate(draw.sample(range(25), 18)):
            taste = (user % 3 - 1) * (item % 3 - 1)
            (ratings if number < 15 else later).append(f"u{user},{item},{3 + taste}")
    (folder / "r.csv").write_text("\n".join(ratings) + "\n")
    (folder / "options").write_text("rank = 4\nepochs = 9  # each a sweep\nlearning-rate = 0.3\n")
    (folder / "later.csv").write_text("\n".join(later) + "\n")
    (folder / "valid.csv").write_text("\n".join(ratings[::7]) + "\n")
    (folder / "titles.csv").write_text(
        "item,title,genres\n" + "".join(f"{i},Film {i},{'ABC'[i % 3]}|D\n" for i in range(25)))
    (folder / "requests").write_text(
        "".join(f'{{"user": "u{user}", "top": 2}}\n' for user in range(20)) +
        '{"ratings": {"1": 5, "2": 1}}\n')
    subprocess.run(["gzip", "-kn", "r.csv"], cwd=folder, check=True)
    for command in (CUT_OFF, f"{TRAIN} -k 3 -q -o old.model",
                    "mf-model export old.model -o exported"):
        run = programs.run(command)
        if run.code != 0:
            raise RuntimeError(command + ": " + run.err)
    for name in ("new.model", "cut-off/finished", "cut-off/training-1.model"):
        (folder / name).unlink()
    for name in ("old.train", "old.lists", "page.html", "log"):
        (folder / name).write_text("what was there before\n")
    return state_of(folder)


def wanted_of(programs, scenario, before):
    """The folder as the command leaves it where nothing fails; twice, so that it is known to leave
    the same bytes each time."""
    states = []
    for _ in range(2):
        restore(programs.folder, before)
        run = programs.run(scenario.command)
        if run.code != 0:
            raise RuntimeError(f"{scenario.command}: exit code {run.code}: {run.err}")
        states.append(state_of(programs.folder))
    if any(states[0][name] != states[1][name] for name in states[0] if scenario.is_output(name)):
        raise RuntimeError(f"{scenario.command} does not leave the same bytes each time")
    restore(programs.folder, before)
    return states[0]


def clear(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def name_of_code(code):
    if code == HANGS:
        return "none, it hangs"
    return signal.Signals(-code).name if code < 0 else str(code)


def normalised(text):
    """A message without what differs from run to run."""
    return re.sub(r"\d+", "N", text)
