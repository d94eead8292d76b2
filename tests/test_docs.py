"""The README and the other pages: what they point to is there, and what they name exists."""

import argparse
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from distill import cli
from distill.comparison.plan import COMPARABLE, FROM_LABELS
from distill.config import RunConfig
from distill.config.presets import METHODS, PRESETS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [README, *DOCS, ROOT / "models" / "embedded" / "README.md", ROOT / "distill/data/samples/README.md"]
ELSEWHERE = {"--nproc_per_node", "--repo-type", "--exclude", "--model-set", "--share", "--host", "--port"}
"""Options of other programs, and of `python app.py`."""

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def anchors(text: str) -> set[str]:
    """What a page's headings are called in links, as GitHub names them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.S), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def options() -> dict[str, set[str]]:
    """The options of each command, those of its own commands among them."""
    return {name: set(_options(parser)) for name, parser in _commands(cli._parser()).items()}


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(groups[0].choices) if groups else {}


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from action.option_strings
    for own in _commands(parser).values():
        yield from _options(own)


@pages
def test_what_a_page_links_to_is_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked.read_text()), target


@pages
def test_the_files_that_a_page_names_are_there(page: Path) -> None:
    named = re.findall(r"`((?:app|distill|models|ui|tests|docs)[/\w.-]*(?:/|\.py))`", page.read_text())
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing


@pages
def test_the_commands_and_options_that_a_page_names_exist(page: Path) -> None:
    text, known = page.read_text(), options()
    every = set().union(*known.values())
    unknown = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", text)) - every - ELSEWHERE - {"--debug"}
    assert not unknown
    for line in text.replace("\\\n", " ").splitlines():
        if used := re.search(r"-m distill (?:--debug )?([a-z][\w-]*)(.*)", line.split("`. ")[0]):
            assert used[1] in known, line
            assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", used[2].split("`")[0])) <= known[used[1]], line


@pages
def test_the_settings_that_a_page_sets_exist(page: Path) -> None:
    known = {entry.name for entry in fields(RunConfig)}
    assert set(re.findall(r"--set (\w+)=", page.read_text())) - {"key"} <= known


def test_every_command_method_and_preset_is_explained() -> None:
    commands = (ROOT / "docs/commands.md").read_text()
    assert [name for name in options() if not re.search(rf"`{re.escape(name)}[ `]", commands)] == []
    methods = (ROOT / "docs/methods.md").read_text()
    assert [name for name in COMPARABLE if f"`{name}`" not in methods] == []
    beside = {name for name in COMPARABLE if f"\n| `{name}` (`compare` only) |" in methods}
    assert beside == FROM_LABELS - METHODS.keys()
    assert set(re.findall(r"--preset (\w+)", (ROOT / "docs/settings.md").read_text())) == set(PRESETS)


def test_every_page_is_linked_from_the_readme_which_stays_short() -> None:
    text = README.read_text()
    assert [page.name for page in DOCS if f"(docs/{page.name})" not in text] == []
    assert len(text.splitlines()) < 120


@pytest.mark.parametrize("package", ["ui", "distill", "models"])
def test_the_rooms_stand_in_the_order_of_the_contract(package: str) -> None:
    """The table names every room of a package, from the top down, as pyproject.toml orders them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(found["layers"] for found in contracts if found.get("containers") == [package])
    wanted = [room.strip() for layer in layers for room in re.split(r"[|:]", layer)]
    page = (ROOT / "docs/how-it-is-built.md").read_text()
    table = page.split(f"## `{package}`")[1].split("\n## ")[0]
    first_cells = re.findall(r"^\| (`.*?) \|", table, flags=re.M)
    assert re.findall(r"`(\w+)`", " ".join(first_cells)) == wanted


def test_the_space_starts_with_the_gradio_that_is_required() -> None:
    front = README.read_text().split("---")[1]
    version = re.search(r"^sdk_version: (.*)$", front, flags=re.M)
    entry = re.search(r"^app_file: (.*)$", front, flags=re.M)
    assert version
    assert f"gradio=={version[1]}" in (ROOT / "requirements.txt").read_text().splitlines()
    assert entry
    assert (ROOT / entry[1]).is_file()
