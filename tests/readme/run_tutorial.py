# SPDX-License-Identifier: MIT
"""Every command of apps/TUTORIAL.md ends well, in order, on the data that it names.

python3 run_tutorial.py BIN ROOT DATA

Samples are fewer than there, which takes a minute, and the service has a port that is free.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from pages import split_code

FEWER = "--method gibbs --samples 20 --burn-in 10"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def script_of(page):
    port = free_port()
    lines = ["set -euxo pipefail", 'trap \'kill $(jobs -p) 2>/dev/null || true\' EXIT']
    _, code = split_code(page.read_text(encoding="utf-8"))
    for _, line in code:
        command = line.strip()
        if not command.startswith("$ "):
            continue
        command = command[2:].replace("--method gibbs", FEWER).replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        # An answer that is no success is a failure.
        command = command.replace("curl ", "curl -sS --fail-with-body ")
        if command.startswith("mf-serve"):
            command = command.replace("mf-serve", f"mf-serve --port {port}")
            command += f"\ncurl -sS --retry 50 --retry-delay 1 --retry-connrefused http://127.0.0.1:{port}/health"
        lines.append(command)
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    programs, root, data = (Path(argument).resolve() for argument in sys.argv[1:])
    script = script_of(root / "apps/TUTORIAL.md")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("ratings.csv", "movies.csv"):
            shutil.copyfile(data / name, Path(folder) / name)
        # A session of its own, so that a service that is left ends with it.
        shell = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder,
            env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
            start_new_session=True,
        )
        try:
            status = shell.wait(timeout=500)
        finally:
            try:
                os.killpg(shell.pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
    sys.exit(status or script.count("\nmf-") < 10)


if __name__ == "__main__":
    main()
