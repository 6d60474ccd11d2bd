# SPDX-License-Identifier: MIT
"""Every command of ours in the pages has options that its program knows.

python3 check_commands.py BIN ROOT

In blocks of code all options of a command are looked up in the program's --help; in code within a
line those with two dashes, since other programs have the same names (LIBMF's mf-train).
"""

import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from pages import find_pages, split_code


class Programs:
    def __init__(self, folder):
        self.folder = folder
        self.names = sorted(program.name for program in folder.glob("mf-*"))

    @lru_cache(maxsize=None)
    def options(self, *command):
        """The options that the manual of the program, or of its command, lists."""
        manual = subprocess.run(
            [self.folder / command[0], *command[1:], "--help"],
            check=True, capture_output=True, text=True,
        ).stdout
        found = set()
        for match in re.finditer(r"^ {7}(?:(-\w), )?(--[a-z0-9-]+)", manual, re.MULTILINE):
            found.update(filter(None, match.groups()))
        return found

    @lru_cache(maxsize=None)
    def commands(self, name):
        """The commands of a program that has such, as mf-data has."""
        manual = subprocess.run(
            [self.folder / name, "--help"], check=True, capture_output=True, text=True
        ).stdout
        part = manual.partition("\nCOMMANDS\n")[2].partition("\n\n")[0]
        return re.findall(r"^ {7}([a-z]+)", part, re.MULTILINE)


def unknown_options(programs, text, dashes):
    """Of each command of ours in the text, the options that its program does not know."""
    for part in re.split(r" \| |;|&&|\$\(| # ", text):
        words = part.replace("[", " ").replace("]", " ").split()
        while words and (words[0] in ("$", "nice", "time", "(") or "=" in words[0]):
            words.pop(0)
        if not words or words[0] not in programs.names:
            continue
        name, *rest = words
        command = next((word for word in rest if not word.startswith("-")), None)
        command = [command] if command in programs.commands(name) else []
        known = programs.options(name, *command)
        for word in rest:
            if word in (">", "<", "&"):
                break
            option = re.match(dashes, word)
            if option and option[0] not in known:
                yield " ".join([name, *command]), option[0]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    programs, root = Programs(Path(sys.argv[1])), Path(sys.argv[2])
    bad, count = [], 0
    for page in find_pages(root):
        # The change log names options that are gone.
        if page.name == "CHANGELOG.md":
            continue
        prose, code = split_code(page.read_text(encoding="utf-8"))
        # A command may go on in the next line.
        blocks = re.sub(r"\\\n *", "", "\n".join(line for _, line in code)).split("\n")
        texts = [(line.strip(), r"--?[a-z][a-z0-9-]*") for line in blocks]
        spans = re.findall(r"`([^`]+)`", "\n".join(line for _, line in prose))
        texts += [(" ".join(span.split()), r"--[a-z][a-z0-9-]*") for span in spans]
        for text, dashes in texts:
            count += any(name in text for name in programs.names)
            for command, option in unknown_options(programs, text, dashes):
                bad.append(f"{page.relative_to(root)}: {command} knows no {option}: {text}")
    print("\n".join(bad))
    print(f"{count} commands, {len(bad)} bad")
    sys.exit(bool(bad) or count < 100)


if __name__ == "__main__":
    main()
