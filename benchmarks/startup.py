"""CPU seconds before a command begins: help, import, and a question about a small table.

    python benchmarks/startup.py [--repeats 5] [--out DIR]

Each command runs in a fresh interpreter; the least of the runs is printed, user and system time
together, of the command and whatever it starts.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import parser, write_record

ROWS = 40
LABELLED = 12


def cpu_seconds(command: list[str], repeats: int) -> float:
    """Least CPU time of a command over some runs."""
    times = []
    for _ in range(repeats):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def small_table(folder: Path) -> Path:
    """Two numbers and a label, which most rows lack."""
    labels = [("x", "y")[i % 2] if i < LABELLED else "" for i in range(ROWS)]
    lines = [f"{i * 7 % 13},{i * 5 % 11},{label}" for i, label in enumerate(labels)]
    path = folder / "small.csv"
    path.write_text("\n".join(["a,b,label", *lines]) + "\n", encoding="utf-8")
    return path


def main() -> None:
    """Print one line for each command."""
    made = parser(__doc__)
    made.add_argument("--repeats", type=int, default=5)
    options = made.parse_args()
    record = {}
    command, code = [sys.executable, "-m", "cutplane"], [sys.executable, "-c"]
    with tempfile.TemporaryDirectory() as folder:
        table = str(small_table(Path(folder)))
        for name, arguments in (
            ("cutplane --help", [*command, "--help"]),
            ("cutplane query --help", [*command, "query", "--help"]),
            ("import cutplane", [*code, "import cutplane"]),
            ("import sklearn.base", [*code, "import sklearn.base"]),
            ("from cutplane import ActiveLearner", [*code, "from cutplane import ActiveLearner"]),
            ("cutplane query on 40 rows", [*command, "query", table, "--target", "label"]),
        ):
            record[name] = cpu_seconds(arguments, options.repeats)
            print(f"{name:<36}{record[name]:6.2f} s", flush=True)
    write_record(options.out, "startup", record)


if __name__ == "__main__":
    main()
