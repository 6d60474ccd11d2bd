# SPDX-License-Identifier: MIT
"""Fails the n-th allocation or system call of mf-serve, n = 1, 2, ... until none is left.

python3 sweep_service.py BIN SHIM [--faults NAME[,NAME]...] [--step N] [--verbose]

The service is started, asked, told to load its model anew, asked again and ended. It ends at its
start with exit code 4 and one line that says why, or answers each request rightly or with an error;
behind a fault that does not stay all answers are right. Exits 1 if not.
"""

import argparse
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from programs import NAMES_OF_CALLS, Programs, name_of_code, normalised, prepare, restore
from sweep_faults import FAULTS
from struct import unpack

REQUESTS = [("GET", "/recommend?user=u1&top=3", ""), ("GET", "/similar?item=1&top=3", ""),
            ("POST", "/recommend", '{"ratings": {"1": 5, "2": 1}, "top": 3, "explain": true}'),
            ("POST", "/recommend/batch", '{"users": [{"user": "u1"}, {"user": "u2"}]}'),
            ("GET", "/predict?user=u1&item=2", ""), ("GET", "/metrics", "")]
VERSION = re.compile(r'("model_version": ?|mfpar_model_version )(\d+)')


class Service:
    """An mf-serve under faults; `port` is None where it ended before it listened."""

    def __init__(self, programs, faults, options=()):
        self.programs = programs
        # Who can take no memory or connection any more answers nobody, and does not end either.
        self.patience = 0.5 if "always" in faults else 20
        programs.report.write_bytes(bytes(24))
        environment = dict(os.environ, **programs.environment(faults)) if faults else None
        self.process = subprocess.Popen(
            [programs.binaries / "mf-serve", "old.model", "--port", "0", "--threads", "2",
             *options],
            cwd=programs.folder, env=environment, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.port = None
        for line in self.process.stdout:
            found = re.match(r"listening on http://127.0.0.1:(\d+)", line)
            if found:
                self.port = int(found[1])
                break

    def faults(self):
        return unpack("<QQq", self.programs.report.read_bytes())

    def ask(self, method, target, body):
        """Status and body; 0 where the connection broke instead."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            connection.request(method, target, body or None)
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        except TimeoutError:
            if self.patience > 1:
                raise
            return 0, "no answer"
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error)
        finally:
            connection.close()

    def end(self):
        """Exit code and messages. Asked twice, if need be, it ends at once."""
        for seconds in (5, 5):
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
            try:
                _, err = self.process.communicate(timeout=seconds)
                return self.process.returncode, err
            except subprocess.TimeoutExpired:
                pass
        self.process.kill()
        self.process.communicate()
        raise TimeoutError("it does not end")


class Right:
    """The right answers, whatever the version."""

    def __init__(self, programs, arguments):
        service = Service(programs, "", arguments)
        self.bodies = [service.ask(*request)[1] for request in REQUESTS]
        service.end()

    def is_right(self, i, body, version):
        numbers = {int(found[2]) for found in VERSION.finditer(body)}
        if numbers != {version}:
            return False
        return i == len(REQUESTS) - 1 or VERSION.sub(r"\1", body) == VERSION.sub(
            r"\1", self.bodies[i])


def is_error(status, body):
    return status == 0 or (status >= 400 and "error" in json.loads(body))


def session(service, right, stays):
    """Asks the service all there is; what is wrong with the answers, "" for nothing."""
    version = 1
    for step in ("before", "reload", "behind"):
        if step == "reload":
            status, body = service.ask("POST", "/reload", "")
            if status == 200:
                version = 2
            elif not is_error(status, body):
                return f"/reload: {status} {body}"
            # Whoever lost the answer sees which one is served; the reload may be under way.
            health = (0, "")
            for _ in range(100):
                health = service.ask("GET", "/health", "")
                if health[0] == 200:
                    break
            if health[0] == 200:
                version = json.loads(health[1])["model_version"]
            continue
        for i, request in enumerate(REQUESTS):
            status, body = service.ask(*request)
            if status == 200 and not right.is_right(i, body, version):
                return f"{request[1]}: a wrong answer: {body}"
            if status != 200 and not is_error(status, body):
                return f"{request[1]}: {status} {body}"
    if stays:
        return ""
    happened = -1
    while happened < service.faults()[1]:  # else it was one of these requests that failed
        happened = service.faults()[1]
        problem = ""
        for i, request in enumerate(REQUESTS):
            status, body = service.ask(*request)
            if status != 200 or not right.is_right(i, body, version):
                problem = f"{request[1]}, behind the fault: {status} {body}"
    return problem


def judge(service, right, fault):
    """What is wrong with a whole run; "" for nothing."""
    what, must_go_on, reason = FAULTS[fault]
    stays = "always" in what
    problem = session(service, right, stays) if service.port else ""
    code, err = service.end()
    lines = [line for line in err.splitlines() if ": error: " in line]
    # It may have said where it listens and then lack a thread.
    if service.port and not (code == 4 and "Connection refused" in problem):
        return problem or ("" if code == 0 or (stays and code in (4, -signal.SIGTERM)) else
                           f"it ends with {name_of_code(code)}: {normalised(err[-300:])}")
    # Who has handlers of signals that do not restart calls is not a program of ours.
    is_excused = not must_go_on or "cannot be opened" in err
    reasons = (reason, "thread")
    if not is_excused or code != 4 or len(lines) != 1 or "bug" in err or not any(
            one in lines[0] for one in reasons):
        return f"at the start: exit code {name_of_code(code)}: {normalised(err[-300:])}"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries")
    parser.add_argument("shim")
    parser.add_argument("--faults", default=",".join(FAULTS), help="by name")
    parser.add_argument("--step", type=int, default=1, help="of n; 1 for all")
    parser.add_argument("--memory-step", type=int, default=0, help="the same of allocations")
    parser.add_argument("--map", action="store_true", help="with mf-serve --map")
    parser.add_argument("--verbose", action="store_true", help="show each problem")
    options = parser.parse_args()
    problems, total = Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "work"
        place.mkdir()
        programs = Programs(options.binaries, options.shim, place)
        before = prepare(programs)
        arguments = ["--titles", "titles.csv"] + (["--map"] if options.map else [])
        right = Right(programs, arguments)
        for fault in options.faults.split(","):
            step = options.memory_step if fault.startswith("memory") else 0
            at, runs, started = 1, 0, 0
            while True:
                service = Service(programs, f"{FAULTS[fault][0]} at={at}", arguments)
                started += service.port is not None
                try:
                    problem = judge(service, right, fault)
                except TimeoutError as error:
                    problem = f"it hangs: {error}"
                    service.process.kill()
                calls, faults, last = service.faults()
                if faults == 0 and not problem:
                    break
                runs += 1
                if problem:
                    problems[f"{fault} of {NAMES_OF_CALLS.get(last, last)}: {problem}"] += 1
                    if options.verbose:
                        print(f"  {fault} at={at}: {problem}", flush=True)
                restore(place, before)
                at += step or options.step
            total += runs
            print(f"{fault:14} {runs:6} runs of {calls} calls, {started} of which started",
                  flush=True)
    print(f"{total} faults, {sum(problems.values())} problems")
    for problem, count in sorted(problems.items()):
        print(f"{count:6} {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
