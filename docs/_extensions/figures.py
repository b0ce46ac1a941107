"""Every picture opens in full, and a narrow page shows its phone form, or scrolls it.

The phone form of ``NAME.png`` is ``NAME.phone.png`` in the same folder. The gallery's and the
method's are made here and by ``pictures``; those of results by ``benchmarks/results_page.py``.
"""

import re
import shutil
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from PIL import Image
from sphinx.application import Sphinx
from sphinx_gallery.scrapers import matplotlib_scraper

from cutplane.drawing import phone_form, save_phone_form

PICTURE = re.compile(
    r"<a [^>]*image-reference[^>]*>\s*(?P<linked><img [^>]*>)\s*</a>|(?P<alone><img [^>]*>)"
)
SOURCE = re.compile(r'src="([^"]*_images/([^"]+))"')
#: Pixels of CSS up to which a page is a phone's; ``site.css`` has them too.
NARROW = 600
#: Width over height, and pixels of width, from which a picture has several panels.
PANELS, WIDE = 1.35, 1000
#: Shown as they are on any page.
WHOLE = re.compile(r'class="[^"]*\bwhole\b')


def scrape(block: Any, block_vars: dict[str, Any], gallery_conf: Any) -> str:
    """Write the figures of a gallery's block, and their phone forms beside them."""
    figures = [plt.figure(number) for number in plt.get_fignums()]
    text = matplotlib_scraper(block, block_vars, gallery_conf)
    written = block_vars["image_path_iterator"].paths[-len(figures) :] if figures else []
    for figure, path in zip(figures, written, strict=True):
        save_phone_form(figure, path)
    return text


def frame_pictures(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Put every picture of a page, thumbnails left out, into a link to its file."""
    sources = {copy: Path(app.srcdir, source) for source, copy in app.builder.images.items()}

    def framed(match: re.Match[str]) -> str:
        image = match["linked"] or match["alone"]
        found = SOURCE.search(image)
        if found is None or "_thumb." in found[2]:
            return match[0]
        source = sources.get(found[2], Path(app.srcdir, "auto_examples", "images", found[2]))
        narrow = phone_form(source)
        kind, is_whole = "picture", WHOLE.search(image)
        if narrow.exists() and not is_whole:
            copy = phone_form(Path(app.outdir, "_images", found[2]))
            copy.parent.mkdir(exist_ok=True)  # Sphinx copies pictures after the pages
            shutil.copyfile(narrow, copy)
            shown = f'media="(max-width: {NARROW}px)" srcset="{phone_form(found[1])}"'
            image = f"<picture><source {shown}>{image}</picture>"
        elif _is_wide(source) and not is_whole:
            kind = "picture wide"
        return f'<a class="{kind}" href="{found[1]}">{image}</a>'

    if "body" in context:
        context["body"] = PICTURE.sub(framed, context["body"])


def _is_wide(source: Path) -> bool:
    """Whether a picture is much wider than high."""
    width, height = Image.open(source).size
    return width > max(PANELS * height, WIDE)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", frame_pictures)
    return {"parallel_read_safe": True}
