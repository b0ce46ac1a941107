"""Pictures of the README and of pages that an example of the gallery draws, in both forms.

    python benchmarks/example_pictures.py

writes docs/images/NAME.png and NAME.phone.png for examples/plot_NAME.py; a test compares them with
what the example draws.
"""

import runpy
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from cutplane.drawing import save_phone_form
from harness import parser

ROOT = Path(__file__).parents[1]
NAMES = ("multiclass", "cut_depth")
DPI = 160


def main() -> None:
    """Run every example, and write its figure."""
    parser(__doc__, out=False).parse_args()
    for name in NAMES:
        plt.close("all")
        runpy.run_path(str(ROOT / "examples" / f"plot_{name}.py"), run_name="__main__")
        path = ROOT / "docs" / "images" / f"{name}.png"
        plt.gcf().savefig(path, dpi=DPI)
        save_phone_form(plt.gcf(), path)


if __name__ == "__main__":
    main()
