"""What the table of other libraries says of them is so, in the versions that it names.

Names are looked for in the sources of the package that is installed; a package that this
environment lacks is skipped. modAL and ALiPy are in that of ``make test-oldest``.
"""

import ast
import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from inspect import isclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "coming-from" / "index.md").read_text(encoding="utf-8")
PACKAGES = {
    "cutplane": "cutplane",
    "modAL": "modAL",
    "scikit-activeml": "skactiveml",
    "small-text": "small_text",
    "ALiPy": "alipy",
}
#: Distribution and the file that pins it, of each library with a version.
PINNED = {
    "modAL": ("modAL-python", "constraints-oldest.txt"),
    "scikit-activeml": ("scikit-activeml", "constraints.txt"),
    "small-text": ("small-text", "constraints.txt"),
    "ALiPy": ("alipy", "constraints-oldest.txt"),
    "Label Studio": ("label-studio", "constraints-label-studio.txt"),
}
#: What a library without the feature of a row has no class, function or method called.
CALLED = {
    "a model that you bring": "sklearn_?(classifier|model)",
    "deep networks, trained by gradients": "skorch|keras|pytorch|torchclass|deep_?active",
    "language models, fine-tuned": "transformers?based|fine_?tun|setfit",
    "texts as they are": "text_?(data|class)|embed$",
    "rows of a batch chosen together": "batch_?bald|ranked_?batch|kmeans|badge|best_together",
    "committees": "committee|qbc|disagree",
    "numbers as labels": "regressor",
    "several classes for a row": "multi_?label",
    "the largest value looked for": "bayesian_?opt|expected_?improvement",
    "streams": "stream",
    "people told apart by their errors": "annotator|oracles|crowd|flips",
    "wrong answers or labels that cost differently": "cost_?(embed|sens)",
    "features bought": "feature_?(query|acq)|query_?feature",
    "rules that stop": "stopping|stop_?crit|^is_?stop$",
    "accuracy without labels set aside": "accuracy_?est|error_?est|left_?out",
    "a label corrected": "relabel$|update_?label|correct_?label",
    "rows that nobody can label": "^skip|ignore_?sample",
    "going on after a crash": "^save$|journal|state_?io",
    "strategies compared over splits": "al_?experiment|compare_?strat",
    "a page where people label": "^label$|server|web_?app|widget$",
}


def table(heading):
    """{row: {library: cell}} of the table under a heading of the page."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("|") for line in section.splitlines() if line.startswith("| ")]
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    columns = [re.sub(r"\[(.+)\]\(.+\)", r"\1", cell) for cell in head]
    return {row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in rows}


TABLE = table("Libraries that wrap a model")
PEOPLE = table("Pages on which people label")
FEATURES = {row: cells for row, cells in TABLE.items() if row in CALLED}


@cache
def places(package):
    """{name: modules that define it} of a package's classes, functions, methods and modules."""
    if (spec := find_spec(package)) is None:
        pytest.skip(f"{package} is not installed here")
    root = Path(spec.submodule_search_locations[0])
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        if "tests" in parts:
            continue
        module = ".".join(parts).removesuffix(".__init__")
        names = [
            node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if is_named(node)
        ]
        for name in [module.split(".")[-1], *names]:
            found.setdefault(name, []).append(module)
    return found


def is_named(node):
    return isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")


@pytest.mark.parametrize("library", PACKAGES)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_what_a_library_has_is_there(library):
    known = places(PACKAGES[library])
    for row, cells in FEATURES.items():
        names = re.findall(r"`(\w+)`", cells[library])
        assert names or cells[library] == "-", f"{row}: {library} has neither a name nor -"
        for name in names:
            assert name in known, f"{row}: {library} has no {name}"
            assert any(import_module(module) for module in known[name])


@pytest.mark.parametrize("library", PACKAGES)
def test_what_a_library_has_not_is_not_there(library):
    known = places(PACKAGES[library])
    for row in (row for row, cells in FEATURES.items() if cells[library] == "-"):
        alike = [name for name in known if re.search(CALLED[row], name, re.IGNORECASE)]
        assert not alike, f"{row}: {library} has {alike}"


def test_what_is_looked_for_finds_what_there_is():
    for row, cells in FEATURES.items():
        names = re.findall(r"`(\w+)`", " ".join(cells.values()))
        if names:
            assert any(re.search(CALLED[row], name, re.IGNORECASE) for name in names), row


def test_every_row_is_checked():
    assert set(TABLE) == {"version", "licence", "strategies for a pool", *CALLED}
    assert all(list(cells) == list(PACKAGES) and all(cells.values()) for cells in TABLE.values())


def test_versions_are_those_that_are_tested():
    stated = TABLE["version"] | PEOPLE["version"]
    for library, (distribution, file) in PINNED.items():
        pins = (ROOT / file).read_text(encoding="utf-8").splitlines()
        assert f"{distribution}=={stated[library]}" in pins


def test_the_page_for_people_has_what_the_table_says():
    known = places("cutplane")
    named = re.findall(r"`(\w+)`", " ".join(cells["cutplane"] for cells in PEOPLE.values()))
    assert set(named) == {"label", "relabel", "skip"} <= set(known)


def n_strategies(library):
    """Strategies for pools that can be chosen by name, without those that only wrap others."""
    if library == "cutplane":
        return len(import_module("cutplane.active.query").STRATEGIES)
    if library == "scikit-activeml":
        pool, base = import_module("skactiveml.pool"), import_module("skactiveml.base")
        named = [getattr(pool, name) for name in pool.__all__]
        return len(
            [n for n in named if is_a(n, base.QueryStrategy) and "Wrapper" not in n.__name__]
        )
    if library == "small-text":
        small_text = import_module("small_text")
        named = [getattr(small_text, name) for name in dir(small_text)]
        own = {n for n in named if is_a(n, small_text.QueryStrategy)}
        return len([n for n in own if not any(is_a(other, n) for other in own - {n})])
    if library == "ALiPy":
        return len([n for n in dir(import_module("alipy.query_strategy")) if n.startswith("Query")])
    kinds = r"\w+_(sampling|loss|score|minimum|confidence|reduction)|max_(PI|EI|UCB)|mc_dropout_\w+"
    return len([name for name in places("modAL") if re.fullmatch(kinds, name)])


def is_a(thing, base):
    return isclass(thing) and issubclass(thing, base)


@pytest.mark.parametrize("library", PACKAGES)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_strategies_are_counted(library):
    places(PACKAGES[library])
    assert TABLE["strategies for a pool"][library] == str(n_strategies(library))
