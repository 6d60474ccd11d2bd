# SPDX-License-Identifier: MIT
"""A page for Doxygen: python3 site_page.py ROOT PAGE, by FILTER_PATTERNS of Doxyfile.in.

Headings get anchors, the same as on GitHub behind the page's own name; links lead to the pages that
Doxygen makes of Markdown and of headers, and those to other files become their text."""

import os
import re
import sys
from pathlib import Path

HEADERS = "lib/include/mfpar/"


def name_of(page):
    """What Doxygen is to call a page, and the file that it makes of it less .html."""
    return "index" if page == "README.md" else "page_" + re.sub(r"\W", "_", page[: -len(".md")].lower())


def slug(heading):
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def target_of(path, anchor):
    """Where the site has a file of the tree, if it has."""
    if path.endswith(".md"):
        return f"{name_of(path)}.html" + (f"#{name_of(path)}-{anchor}" if anchor else "")
    if path.startswith(HEADERS):
        # As Doxygen names what it makes of a file.
        name = os.path.basename(path).replace("_", "__").replace(".", "_8")
        return f"{name}.html"
    return ""


def links_of(root, page, text):
    def link(match):
        picture, words, target = match.groups()
        if target is None:
            # A single quote would end what one backtick began.
            return f"`{match[0]}`" if "'" in match[0] else match[0]
        if re.match(r"\w+:", target):
            return match[0]
        path, _, anchor = target.partition("#")
        path = os.path.relpath(root / Path(page).parent / path, root) if path else page
        if picture:
            return f'<img src="{os.path.basename(path)}" alt="{words}"/>'
        there = target_of(path, anchor)
        return f"[{words}]({there})" if there else words

    # A link, whose words may have code in them; or code, in which nothing is a link.
    return re.sub(r"(!?)\[((?:[^]`]|`[^`]*`)*)\]\(([^)\s]+)\)|`[^`]*`", link, text)


def main():
    root, page = Path(sys.argv[1]).resolve(), os.path.relpath(Path(sys.argv[2]).resolve(), Path(sys.argv[1]).resolve())
    seen, prose, fence, first = {}, [], False, True

    def flush():
        if prose:
            sys.stdout.write(links_of(root, page, "".join(prose)))
            prose.clear()

    with open(sys.argv[2], encoding="utf-8") as file:
        lines = list(file)
    for line in lines:
        fence ^= line.lstrip().startswith("```")
        heading = None if fence else re.match(r"(#+) +(.*?) *$", line)
        if fence or line.startswith(("    ", "```")):
            flush()
            sys.stdout.write(line)
        elif heading and first:
            flush()
            first = False
            label = "mainpage" if page == "README.md" else name_of(page)
            # Titles are shown as they stand, but for two dashes.
            title = heading[2].replace("`", "").replace("--", r"\--")
            sys.stdout.write(f"# {title} {{#{label}}}\n")
        elif heading:
            flush()
            anchor = slug(heading[2])
            count = seen[anchor] = seen.get(anchor, -1) + 1
            anchor += f"-{count}" if count else ""
            sys.stdout.write(f"{heading[1]} {heading[2]} {{#{name_of(page)}-{anchor}}}\n")
        else:
            prose.append(line)
    flush()


if __name__ == "__main__":
    main()
