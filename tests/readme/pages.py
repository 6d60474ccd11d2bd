# SPDX-License-Identifier: MIT
"""What Markdown pages hold: their headings, links and commands, as GitHub reads them."""

import re
from pathlib import Path


def find_pages(root):
    """All pages below the folder but those of builds and of hidden folders."""
    return sorted(
        page
        for page in Path(root).rglob("*.md")
        if not any(part.startswith(".") or part == "build" for part in page.relative_to(root).parts[:-1])
    )


def split_code(text):
    """The lines outside blocks of code, and the blocks, as lists of (number, line)."""
    prose, code, fence, before = [], [], False, ""
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("```"):
            fence = not fence
        elif fence or (line.startswith("    ") and (code and code[-1][0] == number - 1 or not before.strip())):
            code.append((number, line))
        elif line.strip() == "" and code and code[-1][0] == number - 1:
            code.append((number, ""))
        else:
            prose.append((number, line))
        before = line
    return prose, code


def slug(heading):
    """The anchor of a heading, without what tells repeated ones apart."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def find_headings(prose):
    """(number of the line, level, text, anchor) of each heading."""
    found, seen = [], {}
    for number, line in prose:
        match = re.match(r"(#+) +(.*?) *$", line)
        if match:
            anchor = slug(match[2])
            count = seen.get(anchor, 0)
            seen[anchor] = count + 1
            found.append((number, len(match[1]), match[2], f"{anchor}-{count}" if count else anchor))
    return found


def find_links(prose):
    """(number of the line, target) of each link and picture, outside code spans."""
    text = "\n".join(line for _, line in prose)
    numbers = [number for number, _ in prose]
    # A span may go over a line's end, and so may the text of a link.
    text = re.sub(r"`[^`]*`", lambda span: re.sub(r"[^\n]", "x", span[0]), text)
    return [
        (numbers[text.count("\n", 0, match.start())], match[1])
        for match in re.finditer(r"\]\(([^)\s]+)\)", text)
    ]
