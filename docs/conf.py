"""Sphinx configuration: ``sphinx-build -W -b html docs docs/_build/html``, no network needed."""

import sys
import warnings
from pathlib import Path

import cutplane

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

project = "cutplane"
author = "The cutplane developers"
project_copyright = f"2026, {author}"
version = release = cutplane.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx-mathjax-offline",
    "numpydoc",
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "command_line",
    "figures",
    "pictures",
]
exclude_patterns = [
    "_build",
    "_templates",
    "_extensions",
    "_generated",
    "pictures",
    "results",
    "decisions/README.md",
]
templates_path = ["_templates"]
# The gallery's configuration cannot be pickled into the cache, which is harmless.
suppress_warnings = ["config.cache"]

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autosummary_generate = True
NOT_OURS = ("get_metadata_routing", "with_traceback", "add_note", "args")
autodoc_typehints = "none"  # the docstrings say what a parameter is
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"/plot_",
    "within_subsection_order": "FileNameSortKey",
    "remove_config_comments": True,
    "show_memory": False,
    "download_all_examples": False,
    "min_reported_time": 10_000,
    "write_computation_times": False,
    "image_scrapers": ("matplotlib",),
    "backreferences_dir": None,
}
warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")

html_theme = "pydata_sphinx_theme"
html_title = "cutplane"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
# Code side by side, and wide tables.
WIDE = [f"coming-from/{page.stem}" for page in (HERE / "coming-from").glob("*.md")]
html_sidebars = {page: [] for page in ("index", "start", "method", "command-line", *WIDE)}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": False,
    "secondary_sidebar_items": {"**": ["page-toc"], **{page: [] for page in WIDE}},
    "footer_start": ["copyright"],
    "footer_end": [],
}


def skip_inherited_names(app, what, name, item, skip, options):
    """Leave out what scikit-learn and Exception add to every class."""
    return True if name in NOT_OURS or name.startswith("set_") else None


def drop_empty_patterns(app, docname, source):
    """Toctrees collect some pages by pattern; one that finds no page yet is no mistake."""
    kept = (
        line
        for line in source[0].split("\n")
        if not (line.startswith("/") and line.endswith("*")) or any(HERE.glob(line[1:] + ".md"))
    )
    source[0] = "\n".join(kept)


def setup(app):
    """Register with Sphinx."""
    app.connect("source-read", drop_empty_patterns)
    app.connect("autodoc-skip-member", skip_inherited_names)
