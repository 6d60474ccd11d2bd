# SPDX-License-Identifier: MIT
#
# The page of mf-serve in a Chromium, as somebody without a mouse uses it:
# python3 test_page.py FOLDER-OF-PROGRAMS CHROMIUM
import contextlib
import csv
import pathlib
import re
import subprocess
import sys
import tempfile

from browser import Browser

PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
MARKUP = '<b>&"Marked'  # part of a title
LIST = "[...document.querySelectorAll('#list > li .title')].map((title) => title.textContent)"
FOCUSED = "document.activeElement.closest('.stars')?.getAttribute('aria-label') ?? ''"


def run(program, *arguments):
    subprocess.run([PROGRAMS / program, *map(str, arguments)], check=True,
                   stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def served(*arguments):
    """A service, and where it is."""
    with subprocess.Popen([PROGRAMS / "mf-serve", *arguments, "--port", "0"],
                          stdout=subprocess.PIPE, text=True) as process:
        try:
            lines = (re.search(r"http://\S+", line) for line in process.stdout)
            yield process, next(found[0] for found in lines if found)
        finally:
            process.kill()


def no_scrolling(browser):
    """Nothing is wider than the window."""
    assert browser.value("document.documentElement.scrollWidth <= innerWidth"), browser.value(
        "[...document.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > "
        "innerWidth).map((e) => e.outerHTML.slice(0, 99))")


def ready(browser, address, **size):
    browser.open(address, **size)
    browser.wait(LIST + ".length === 20")


def use(browser, address, titles):
    ready(browser, address)
    assert browser.value("document.querySelector('#list-title').textContent") == \
        "Liked by everybody"
    everybodys = browser.value(LIST)

    # Search, and rate what is found by the arrow keys.
    browser.value("document.querySelector('#search').focus()")
    browser.type("marked")
    browser.wait("document.querySelector('#found-title').textContent === 'Found'")
    shown = browser.value("document.querySelector('#found .title').textContent")
    assert shown == titles["5"] and MARKUP in shown, shown
    assert browser.value("document.querySelectorAll('.title b').length") == 0
    browser.press("ArrowDown", 40)
    assert browser.value(FOCUSED) == "Your rating of " + shown
    browser.press("ArrowRight", 39)  # the second star
    browser.press("ArrowLeft", 37)   # the first
    browser.wait("document.querySelector('#list-title').textContent === 'For you'")
    first = browser.value(LIST)
    assert first != everybodys and shown not in first
    assert browser.value(FOCUSED) == "Your rating of " + shown
    assert browser.value("JSON.parse(localStorage['mfpar.ratings'])") == [
        {"id": "5", "title": shown, "value": 1}]
    browser.wait(f"document.querySelector('#list-status').textContent.includes({first[0]!r})")
    assert browser.value("/^made in [0-9.]+ ms$/.test(document.querySelector('#took').innerText)")

    # Rate the first of the list: it stays until it is left.
    browser.value("document.querySelector('#list input').focus()")
    for _ in range(4):
        browser.press("ArrowRight", 39)
    browser.wait("document.querySelector('#list .leaving') !== null")
    assert browser.value(FOCUSED) == "Your rating of " + first[0]
    assert browser.value("document.querySelectorAll('#rated > li').length") == 2
    browser.value("document.activeElement.blur()")
    browser.wait("document.querySelector('#list .leaving') === null")
    second = browser.value(LIST)
    assert first[0] not in second and len(second) == 20
    assert browser.value(f"""document.querySelector('#list .why').innerText
        .startsWith('Because you rated ')""")
    rating, low, high = browser.value("""['.number', '.bounds'].flatMap((part) =>
        document.querySelector('#list ' + part).innerText.split(' – ')).map(Number)""")
    assert 0.5 <= low < rating < high <= 5, (low, rating, high)

    # Another order, and a genre.
    browser.value("document.querySelector('#orders input:checked').focus()")
    browser.press("ArrowLeft", 37)
    browser.wait("document.querySelector('#orders input:checked').value === 'interaction'")
    browser.wait(f"JSON.stringify({LIST}) !== JSON.stringify({second!r})")
    browser.value("""(() => {
        const group = document.querySelector('#group');
        group.value = group.options[1].value;
        group.dispatchEvent(new Event('change'));
    })()""")
    genre = browser.value("document.querySelector('#group').value.split('~')[1]")
    browser.wait(f"""[...document.querySelectorAll('#list .tags')].every(
        (tags) => tags.innerText.includes({genre!r}))""")

    # The neighbours of an item, and back to where the button was.
    title = browser.value(LIST)[0]
    browser.value("document.querySelector('#list .plain').focus()")
    browser.press("Enter", 13, "\r")
    browser.wait("document.querySelectorAll('#near-list > li').length > 0")
    assert browser.value("document.querySelector('#near-title').innerText") == "Similar to " + title
    browser.press("Escape", 27)
    browser.wait("!document.querySelector('#near').open")
    assert browser.value("document.activeElement.textContent") == "Similar"

    # The list of a trained user; one whom nobody knows.
    browser.value("document.querySelector('#user').closest('details').open = true")
    for user, box, says in (("7", "#list-title", "For user 7"),
                            ("<i>", "#user-error", "The model knows no user “<i>”.")):
        browser.value("document.querySelector('#user').focus()")
        browser.value("document.querySelector('#user').select()")
        browser.type(user)
        browser.press("Enter", 13, "\r")
        browser.wait(f"document.querySelector({box!r}).innerText === {says!r}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        run("mf-data", "synth", "--users", 300, "--items", 200, "--ratings", 9000, "--seed", 1,
            "-o", path / "ratings.csv", "--titles", path / "titles.csv")
        with open(path / "titles.csv", newline="") as file:
            rows = list(csv.reader(file))
        titles = {row[0]: row[1] for row in rows}
        for row in rows:
            if row[0] == "5":
                row[1] = titles["5"] = MARKUP + " " + row[1]
        with open(path / "titles.csv", "w", newline="") as file:
            csv.writer(file).writerows(rows)
        run("mf-train", path / "ratings.csv", "-o", path / "a.model", "--method", "gibbs", "-k", 4,
            "--samples", 20, "--burn-in", 5)

        with served(path / "a.model", "--titles", path / "titles.csv") as (service, address), \
                Browser(sys.argv[2]) as browser:
            use(browser, address, titles)
            assert [str(one.get("url", "")) for one in browser.problems] == [
                address + "/recommend"], browser.problems  # of the user whom nobody knows
            browser.problems.clear()
            for dark in (False, True):
                ready(browser, address, width=360, height=740, dark=dark)
                no_scrolling(browser)
                browser.value("document.querySelector('#list .plain').click()")
                browser.wait("document.querySelectorAll('#near-list > li').length > 0")
                no_scrolling(browser)
            assert len(browser.value("JSON.parse(localStorage['mfpar.ratings'])")) == 2

            # Where nobody answers, that is said, and what was listed stays.
            service.kill()
            service.wait()
            assert not browser.problems, browser.problems
            browser.value("document.querySelector('#near').close()")
            browser.value("document.querySelector('#list input').click()")
            browser.wait("document.querySelector('#error').innerText.startsWith("
                         "'The service does not answer.')")
            assert browser.value(LIST + ".length") == 20

        # Without titles there are ids.
        with served(path / "a.model") as (_, address), Browser(sys.argv[2]) as browser:
            ready(browser, address)
            browser.value("document.querySelector('#search').focus()")
            browser.type("5")
            browser.wait("document.querySelector('#found .title').innerText === '5'")
            assert browser.value("document.querySelector('#group-box').hidden")

        # Where keys are wanted, the page asks for one.
        (path / "keys").write_text("read 0123456789abcdef\n")
        (path / "keys").chmod(0o600)
        with served(path / "a.model", "--api-key-file", path / "keys") as (_, address), \
                Browser(sys.argv[2]) as browser:
            browser.open(address)
            browser.wait("!document.querySelector('#key-form').hidden")
            browser.value("document.querySelector('#key').focus()")
            browser.type("0123456789abcdef")
            browser.press("Enter", 13, "\r")
            browser.wait(LIST + ".length === 20")
            assert browser.value("document.querySelector('#key-form').hidden")


main()
