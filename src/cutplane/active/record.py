"""What a certificate is told of a learner."""

from __future__ import annotations

from dataclasses import replace

from cutplane.active.ledger import Ledger
from cutplane.certificate.record import Assumed, RunRecord
from cutplane.errors import InvalidInputError
from cutplane.estimators.evidence import Evidence


def run_record(ledger: Ledger) -> RunRecord:
    """A run so far; InvalidInputError where there is no cut yet."""
    own = ledger.model
    if not own.is_fitted:
        raise InvalidInputError(
            f"the learner holds {own.n_labels} labels and no cut, so there is nothing to certify; "
            "tell labels of two classes first"
        )
    model, told = own.estimator, ledger.domain.numbers(ledger.book.told, 0)
    place = {int(row): number for number, row in enumerate(told, 1)}
    assumed = _assumed(getattr(model, "evidence_", None))
    return RunRecord(
        spaces=tuple(model.named_spaces()),
        center_of=model.center_of,
        center=model.center_name,
        chooses_price=model.cost == "auto" and assumed is None,
        n_labels=own.n_labels,
        cut_rows=own.cut_rows,
        cut_numbers=tuple(place[row] for row in own.cut_rows),
        ends=frozenset(int(step["n_cuts"]) for step in own.history),
        probe=ledger.domain.probe(ledger.book.n_pool),
        assumed=assumed,
    )


def _assumed(evidence: Evidence | None) -> Assumed | None:
    """The heaviest hypothesis about the networks that the cuts bound: all weights alike."""
    if evidence is None:
        return None
    ranked = [evidence.hypotheses[i] for i in evidence.ranked]
    alike = [own for own in ranked if own.slope == 1.0]
    hypothesis = alike[0] if alike else replace(ranked[0], slope=1.0)
    return Assumed(hypothesis, len(evidence.kept))
