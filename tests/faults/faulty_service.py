# SPDX-License-Identifier: MIT
"""Clients ask an mf-serve in which a quarter of the places fails a quarter of the time.

python3 faulty_service.py BIN SHIM SERVICE_LOAD [--seed N] [--runs N] [--seconds S]

Each run draws from its seed which calls of the service fail and how, and has service_load ask it
from several connections while its model is replaced: every answer is to be, bit for bit, that of
the version that it names. Beside these come clients who stall, and who send byte by byte. Where
calls are only interrupted, shortened and delayed no request may fail. Exits 1 if not.
"""

import argparse
import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from programs import leave_where_shim_cannot_work

# What a service goes on from without an error.
HARMLESS = [f"{what}:{kind}" for what, kinds in
            (("short", "read write receive"), ("EINTR", "read write receive send accept open"),
             ("delay", "read write receive send open status"))
            for kind in kinds.split()]
# What costs a request or a reload.
HARMFUL = ["ENOMEM:map", "ENOMEM:open", "ENOMEM:allocate", "EMFILE:open", "EMFILE:accept",
           "EIO:open", "EIO:read", "EIO:status", "EIO:write", "ECONNRESET:receive",
           "ECONNRESET:send", "EACCES:open"]


def wrapper(folder, binaries, shim, faults, report):
    """A program like mf-serve that fails as `faults` say, and listens on a Unix socket too."""
    script = folder / "mf-serve-faulty"
    script.write_text(f"""#!/bin/sh
export LD_PRELOAD='{shim}' MFPAR_FAULTS='{faults}' MFPAR_FAULTS_REPORT='{report}'
exec '{binaries}/mf-serve' "$@" --host 127.0.0.1 --unix-socket '{folder}/socket' --patience 1
""")
    script.chmod(0o755)
    return script


def bother(path, until, draw):
    """A client who stalls, or sends a request byte by byte, or leaves."""
    request = b"GET /recommend?user=1&top=3 HTTP/1.1\r\nHost: a\r\n\r\n"
    while not until.is_set():
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(str(path))
                kind = draw.randrange(3)
                if kind == 0:  # until it is told that it is late
                    client.sendall(request[:draw.randrange(len(request) - 1) + 1])
                    client.recv(4096)
                elif kind == 1:
                    for byte in request:
                        client.sendall(bytes([byte]))
                    client.recv(4096)
                else:
                    client.sendall(request[:20])
        except OSError:
            time.sleep(0.01)


def one_run(options, seed):
    """Whether all went well; prints what was drawn and counted."""
    draw = random.Random(seed)
    strict = seed % 2 == 0
    places = HARMLESS if strict else HARMLESS + HARMFUL
    chosen = draw.sample(places, len(places) // 4)
    # Every request allocates a hundred times: at a quarter none would be answered.
    chance = 0.003 if "ENOMEM:allocate" in chosen else 0.25
    faults = f"do={'+'.join(chosen)} chance={chance} seed={seed} from=accept"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = folder / "report"
        report.write_bytes(bytes(24))
        script = wrapper(folder, options.binaries, options.shim, faults, report)
        until = threading.Event()
        others = [threading.Thread(target=bother, args=(folder / "socket", until,
                                                        random.Random(f"{seed} {i}")))
                  for i in range(3)]
        for thread in others:
            thread.start()
        run = subprocess.run(
            [options.load, str(script), "--seconds", str(options.seconds), "--swap-every", "0.1",
             "--clients", "4", *([] if strict else ["--may-fail"])],
            capture_output=True, text=True, timeout=100 + 10 * options.seconds)
        until.set()
        for thread in others:
            thread.join()
        calls, injected, _ = struct.unpack("<QQq", report.read_bytes())
    figures = [line for line in run.stdout.splitlines()
               if line.startswith(("all of these", "models swapped", "wrong", "errors"))]
    print(f"seed {seed}: {' '.join(chosen)}: {injected:,} faults of {calls:,} calls", flush=True)
    print("  " + "; ".join(" ".join(line.split()) for line in figures), flush=True)
    if run.returncode != 0:
        print(f"  exit code {run.returncode}: {run.stderr[-600:]}", flush=True)
    return run.returncode == 0, injected


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries", type=os.path.abspath)
    parser.add_argument("shim", type=os.path.abspath)
    parser.add_argument("load", type=os.path.abspath)
    parser.add_argument("--seed", type=int, default=1, help="of the first run")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=3, help="how long each asks")
    options = parser.parse_args()
    leave_where_shim_cannot_work(options.binaries, options.shim)
    outcomes = [one_run(options, options.seed + i) for i in range(options.runs)]
    bad = sum(not good for good, _ in outcomes)
    print(f"{len(outcomes)} runs, {sum(injected for _, injected in outcomes):,} faults, {bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
