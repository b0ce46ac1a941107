"""`cutplane certify`: what every label of a run left of the version space."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli import options, say
from cutplane.errors import InvalidInputError
from cutplane.progress import progress_bar

if TYPE_CHECKING:
    from cutplane._types import Metadata
    from cutplane.active.learner import ActiveLearner
    from cutplane.certificate.certify import Certificate
    from cutplane.certificate.volume import Effort

EXAMPLE = "Example: cutplane certify runs/patients"


def certify(
    folder: Annotated[Path, typer.Argument(help="A folder of `run`.")],
    seed: options.Seed = 0,
    chains: Annotated[int, typer.Option(help="Independent chains that measure a volume.")] = 32,
    draws: Annotated[
        int, typer.Option(help="Sweeps of every chain; four times as many halve the intervals.")
    ] = 60,
    max_cuts: Annotated[
        int | None, typer.Option(help="Measure the first so many cuts only; all by default.")
    ] = None,
    minutes: Annotated[
        float, typer.Option(help="Begin no further cut after so many minutes.")
    ] = 10.0,
    as_json: options.AsJson = False,
) -> None:
    """Measure what every cut of a run left of the volume, beside the bound of Theorem 6.3.

    Cuts are measured in their order; Ctrl-C keeps those that are. Writes certificate.json and
    certificate.png into the folder, in the place of those of an earlier `certify`.
    """
    from cutplane.certificate.volume import Effort
    from cutplane.runs.folder import labelled_rows, load_learner

    learner = load_learner(folder)
    before = (folder / "learner.npz").stat()
    rows = labelled_rows(folder, learner)
    effort = Effort(n_chains=chains, n_draws=draws)
    certificates = _measure(learner, seed, effort, max_cuts, minutes)
    answer = {
        "seed": seed,
        "n_chains": chains,
        "n_draws": draws,
        "certificates": [_described(certificate, rows) for certificate in certificates],
    }
    _require_same(folder, before)
    _write(folder, answer, certificates)
    if as_json:
        say.as_json({"folder": str(folder), **answer})
        return
    for certificate in certificates:
        _summarise(certificate, is_alone=len(certificates) == 1)
    for sentence in dict.fromkeys(line for one in certificates for line in one.caveats):
        say.line(f"Not as in the theorem: {sentence}")
    measured, n_cuts = len(certificates[0].cuts), certificates[0].n_cuts
    if measured < min(n_cuts, max_cuts or n_cuts):
        say.line(f"Stopped after {measured} cuts; --minutes gives more, fewer --draws go faster.")
    say.line(f"Written: {folder / 'certificate.json'}, {folder / 'certificate.png'}")


def _measure(
    learner: ActiveLearner, seed: int, effort: Effort, max_cuts: int | None, minutes: float
) -> list[Certificate]:
    """The certificates of all classes, with a bar on a terminal."""
    from cutplane.certificate.certify import certify

    with progress_bar() as progress:
        bar = progress.add_task("cuts", total=None)
        return certify(
            learner.record(),
            seed=seed,
            effort=effort,
            max_cuts=max_cuts,
            max_seconds=60 * minutes,
            on_cut=lambda total: progress.update(bar, advance=1, total=total),
        )


def _require_same(folder: Path, before: os.stat_result) -> None:
    """Refuse to write a certificate beside another run than the one it is of."""
    path = folder / "learner.npz"
    if not path.is_file() or not os.path.samestat(before, path.stat()):
        raise InvalidInputError(
            f"{str(folder)!r} was replaced by another run while this one was measured; certify it "
            "again"
        )


def _write(folder: Path, answer: Metadata, certificates: Sequence[Certificate]) -> None:
    """Write `certificate.json` and `certificate.png` into the run folder."""
    from cutplane.archive import write_json
    from cutplane.certificate.figure import certificate_figure
    from cutplane.drawing import save_figure

    write_json(folder / "certificate.json", answer)
    measured, n_cuts = len(certificates[0].cuts), certificates[0].n_cuts
    cuts = f"{n_cuts} cuts" if measured == n_cuts else f"the first {measured} of {n_cuts} cuts"
    title = f"{folder.resolve().name}: what {cuts} left"
    save_figure(certificate_figure(certificates, title), folder / "certificate.png")


def _described(certificate: Certificate, rows: list[int]) -> Metadata:
    """A certificate in JSON, with rows of the table instead of the pool."""
    described = certificate.as_dict()
    for cut in described["cuts"]:
        cut["row"] = rows[cut["number"] - 1]
    return described


def _summarise(certificate: Certificate, *, is_alone: bool) -> None:
    from cutplane.certificate.theorem import BOUND

    name = "" if is_alone else f"{certificate.positive} against the rest: "
    left = certificate.cuts[-1].volume.volume
    power, upper = (value / math.log(10) for value in (left.value, left.interval()[1]))
    prediction = [cut.volume.prediction.ratio for cut in certificate.cuts]
    bounded = [cut for cut in certificate.cuts if cut.outside is None]
    say.line(
        f"{name}{len(certificate.cuts)} cuts left 10^({power:.1f} ± {upper - power:.1f})"
        f" of the ball; prediction rows alone left {median(prediction):.2f} each (median)."
    )
    over = len(certificate.exceeding)
    say.line(
        f"The bound 1 - 1/e = {BOUND:.3f} is about {len(bounded)} of them"
        + (f"; {over} left more." if over else ", and every one left less or as much.")
    )
    last = certificate.cuts[-1]
    apart = "" if last.disagreement is None else f", disagreement {last.disagreement:.2f}"
    say.line(f"Spread of the predictions on the pool at the end: {last.spread:.2f}{apart}.")
    for note in certificate.notes:
        say.line(note)
    for line in _beside_evidence(certificate):
        say.line(line)


def _beside_evidence(certificate: Certificate) -> list[str]:
    """Ratio and log10 of the volume of every cut, sampled and by evidence, in columns."""
    known = [(cut, cut.evidence) for cut in certificate.cuts if cut.evidence is not None]
    if not known:
        return []
    lines = ["", "label    ratio (95 %)        evidence   volume  evidence"]
    for cut, share in known:
        low, high = (math.exp(end) for end in cut.volume.label.interval())
        volume, other = cut.volume.volume.value / math.log(10), share.log_volume / math.log(10)
        lines.append(
            f"{cut.number:5d}    {cut.volume.label.ratio:.3f} ({low:.3f}-{high:.3f})"
            f"    {share.ratio:.3f}   {volume:6.2f}    {other:6.2f}"
        )
    return [*lines, ""]
