"""Write ``licences.md``: what cutplane depends on, by the metadata of what is installed.

Run by ``make licences`` in an environment with all extras; what is missing there is an error.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PAGE = Path(__file__).with_suffix(".md")
#: Extras of who develops cutplane; the others are installed by who uses it.
OWN = ("dev", "bench", "docs")
COPYLEFT = re.compile(r"GPL|GNU|MPL|Mozilla|EPL|CDDL|EUPL|OSL")
_SHORT = 60
_TEXTS = {
    "Apache License": "Apache-2.0",
    "Mozilla Public License": "MPL-2.0",
    "GNU LESSER": "LGPL",
    "GNU GENERAL": "GPL",
    "MIT License": "MIT",
    "Permission is hereby granted, free of charge": "MIT",
    "Redistribution and use in source and binary forms": "BSD",
}

INTRODUCTION = """\
# Licences of dependencies

cutplane is under the [BSD licence](https://spdx.org/licenses/BSD-3-Clause.html) of three clauses.
What it imports has licences of its own. `make licences` reads them from the metadata of the
installed packages, and wrote this page: a licence in words is what a package says of itself. None
of this is legal advice.

## Licences that oblige

These ask something of whoever passes on a program together with the package (copyleft), under the
GPL that the whole program is free in the same way. The core needs none of them. What is for nobody
below is brought by another package.
"""
BEHIND = """\
## What these bring

Behind the packages of everybody and of the extras that are not for development, `dev`, `bench` and
`docs`. Without a version are those that are not locked.
"""


def dependencies() -> dict[str, list[Requirement]]:
    """Requirements by extra, those of everybody under ``""``, without cutplane's own extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {
        extra: [own for own in map(Requirement, texts) if own.name != project["name"]]
        for extra, texts in groups.items()
    }


def licence_of(name: str) -> str:
    """The licence that a package states, in its own words; a LookupError where it states none."""
    own = metadata.metadata(name)
    if expression := own.get("License-Expression"):
        return expression
    classifiers = [
        entry.rpartition(" :: ")[2]
        for entry in own.get_all("Classifier", [])
        if entry.startswith("License :: ") and not entry.endswith("OSI Approved")
    ]
    stated = own.get("License", "").removeprefix("UNKNOWN").strip()
    short = stated if stated and len(stated) < _SHORT and "\n" not in stated else ""
    others = [entry for entry in classifiers if entry[:3].lower() != short[:3].lower()]
    if said := "; ".join(filter(None, [short, *others])):
        return said
    for text in (stated, *_licence_files(name)):
        for words, licence in _TEXTS.items():
            if words in text:
                return licence
    raise LookupError(f"{name} states no licence; look it up and teach {Path(__file__).name}")


def _licence_files(name: str) -> Iterator[str]:
    for path in metadata.files(name) or []:
        if re.search(r"licen[cs]e|copying", path.name, re.IGNORECASE) and path.suffix != ".py":
            yield path.read_text(encoding="utf-8")


def with_brought(requirements: Iterable[Requirement]) -> set[str]:
    """The packages asked for and all that they need, with the extras asked for."""
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = list(requirements)
    while waiting:
        asked = waiting.pop()
        key = canonicalize_name(asked.name), frozenset(asked.extras)
        if key in found:
            continue
        found.add(key)
        for own in map(Requirement, metadata.requires(asked.name) or []):
            extras = asked.extras or {""}
            if own.marker is None or any(own.marker.evaluate({"extra": each}) for each in extras):
                waiting.append(own)
    return {name for name, _ in found}


def locked() -> dict[str, str]:
    """The versions of ``constraints.txt`` by name."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)(?:\[\w+\])?==([\w.+-]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def table(header: str, rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    width = header.count("|") - 1
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([header, "|---" * width + "|", *lines])


def page() -> str:
    """The page as it ought to be here and now."""
    groups, versions = dependencies(), locked()
    extras: dict[str, list[str]] = {}
    asked: dict[str, str] = {}
    for extra, requirements in groups.items():
        for own in requirements:
            name = canonicalize_name(own.name)
            extras.setdefault(name, []).append(f"`{extra}`" if extra else "everybody")
            asked[name] = str(own.specifier).replace(",", ", ")
    core = with_brought(groups[""])
    used = [own for extra, group in groups.items() if extra not in OWN for own in group]
    behind = sorted(with_brought(used) - set(asked))
    licences = {name: licence_of(name) for name in [*asked, *behind]}
    oblige = {name: said for name, said in sorted(licences.items()) if COPYLEFT.search(said)}
    if refused := sorted(core & set(oblige)):
        raise LookupError(f"the core needs {refused}, whose licences oblige")
    parts = [
        INTRODUCTION.strip(),
        table(
            "| package | licence | for |",
            ((name, said, ", ".join(extras.get(name, []))) for name, said in oblige.items()),
        ),
        "## What cutplane asks for",
        table(
            "| package | version | locked | licence | for |",
            (
                (name, asked[name], versions.get(name, ""), licences[name], ", ".join(extras[name]))
                for name in asked
            ),
        ),
        BEHIND.strip(),
        table(
            "| package | locked | licence |",
            ((name, versions.get(name, ""), licences[name]) for name in behind),
        ),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
