# SPDX-License-Identifier: MIT
"""Every link of the pages, and of the site made of them, leads somewhere.

python3 check_links.py ROOT          every *.md: files and headings exist; README.md leads to all
python3 check_links.py --site FOLDER every *.html: files and anchors exist
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pages import find_headings, find_links, find_pages, split_code

# Where readers come in.
FRONT = "README.md"


def check_pages(root):
    root = root.resolve()
    pages = {}
    for page in find_pages(root):
        prose, _ = split_code(page.read_text(encoding="utf-8"))
        pages[page] = ({anchor for *_, anchor in find_headings(prose)}, find_links(prose))
    bad = []
    leads_to = {page: set() for page in pages}
    for page, (anchors, links) in pages.items():
        for number, target in links:
            url = urlsplit(target)
            if url.scheme:
                continue
            file = (page.parent / unquote(url.path)).resolve() if url.path else page
            where = f"{page.relative_to(root)}:{number}: {target}"
            if not file.exists():
                bad.append(f"{where}: there is no such file")
            elif file in pages:
                leads_to[page].add(file)
                if url.fragment and url.fragment not in pages[file][0]:
                    bad.append(f"{where}: the page has no such heading")
    found, next_ones = set(), [root / FRONT]
    while next_ones:
        page = next_ones.pop()
        if page not in found:
            found.add(page)
            next_ones += leads_to[page]
    bad += [f"{page.relative_to(root)}: no link leads here from {FRONT}" for page in pages if page not in found]
    return bad, sum(len(links) for _, links in pages.values()), len(pages)


class Document(HTMLParser):
    """The anchors and relative links of an HTML file."""

    def __init__(self, file):
        super().__init__()
        self.anchors, self.links = set(), []
        text = file.read_text(encoding="utf-8")
        # What Doxygen leaves of a table whose code it has taken to go on in the next cell.
        self.broken = "\\ilinebr" in text
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors.update(attributes[name] for name in ("id", "name") if attributes.get(name))
        for name in ("href", "src"):
            if attributes.get(name):
                self.links.append((self.getpos()[0], attributes[name]))


def check_site(folder):
    documents = {file.resolve(): Document(file) for file in sorted(folder.rglob("*.html"))}
    bad, count = [], 0
    for file, document in documents.items():
        if document.broken:
            bad.append(f"{file.name}: a table has fallen apart")
        for number, target in document.links:
            url = urlsplit(target)
            if url.scheme:
                continue
            count += 1
            other = (file.parent / unquote(url.path)).resolve() if url.path else file
            where = f"{file.name}:{number}: {target}"
            if not other.exists():
                bad.append(f"{where}: there is no such file")
            elif url.fragment and other in documents and unquote(url.fragment) not in documents[other].anchors:
                bad.append(f"{where}: the page has no such anchor")
    return bad, count, len(documents)


def main():
    arguments = sys.argv[1:]
    site = arguments[:1] == ["--site"]
    if len(arguments) != 1 + site:
        sys.exit(__doc__)
    bad, links, pages = (check_site if site else check_pages)(Path(arguments[-1]))
    print("\n".join(bad[:100]))
    print(f"{links} links of {pages} pages, {len(bad)} bad")
    # None at all would be a wrong folder.
    sys.exit(bool(bad) or links < 50)


if __name__ == "__main__":
    main()
