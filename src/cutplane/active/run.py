"""Ask, answer and tell, until the budget is spent."""

from __future__ import annotations

from collections.abc import Callable

from cutplane.active.learner import ActiveLearner
from cutplane.active.oracle import Oracle, answers_of
from cutplane.progress import progress_bar


def run(
    learner: ActiveLearner,
    oracle: Oracle,
    budget: int,
    on_answer: Callable[[ActiveLearner], None] | None = None,
    stop: Callable[[ActiveLearner], bool] | None = None,
    verbose: bool = False,
) -> ActiveLearner:
    """Ask, answer and tell until the budget is spent or the pool is exhausted.

    Parameters
    ----------
    learner : ActiveLearner
    oracle : callable
        Takes what ``ask`` gave, returns the labels. None, NaN or a masked one is no answer: the
        row is skipped, and counts as asked.
    budget : int
        Answers that may be asked for in all: ``learner.n_asked_`` at the end.
    on_answer : callable, optional
        Called with the learner after every tell.
    stop : callable, optional
        Stopping rule, called with the learner after every tell (see
        :mod:`cutplane.active.stopping`).
    verbose : bool, default=False
        Whether a bar on stderr counts the labels.

    Returns
    -------
    ActiveLearner
        The same learner; ``learner.nothing_left`` says why nothing more could be asked.
    """
    with progress_bar(disable=not verbose) as bar:
        answers = bar.add_task("labels", total=budget, completed=learner.n_asked_)

        def on_step(learner: ActiveLearner) -> None:
            bar.update(answers, completed=learner.n_asked_)
            if on_answer is not None:
                on_answer(learner)

        return _run(learner, oracle, budget, on_step, stop)


def _run(
    learner: ActiveLearner,
    oracle: Oracle,
    budget: int,
    on_answer: Callable[[ActiveLearner], None],
    stop: Callable[[ActiveLearner], bool] | None,
) -> ActiveLearner:
    while (left := budget - learner.n_asked_) > 0:
        rows = learner.ask(min(learner.batch_size, left))
        if len(rows) == 0:
            break
        answers, is_answered = answers_of(oracle(rows), len(rows))
        learner.skip(rows[~is_answered])
        learner.tell(rows[is_answered], answers[is_answered])
        on_answer(learner)
        if stop is not None and stop(learner):
            break
    return learner
