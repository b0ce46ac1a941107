"""What Label Studio said about a project: configuration, tasks and answers, all on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

import numpy as np

from cutplane._types import Metadata
from cutplane.active.journal import Journal
from cutplane.app.label_studio.answers import Answers, Told
from cutplane.app.label_studio.config import Config, Control, read_config
from cutplane.app.label_studio.payload import file_name, identity, moment, objects
from cutplane.app.label_studio.statements import statement_of
from cutplane.app.label_studio.tasks import Tasks
from cutplane.errors import InvalidInputError


@dataclass(frozen=True)
class Heard:
    """What became of something that Label Studio said.

    Attributes
    ----------
    n_events : int
        Recorded; 0 where all was known.
    said : tuple of str
        What was not taken, and why.
    """

    n_events: int = 0
    said: tuple[str, ...] = ()

    def __add__(self, other: Heard) -> Heard:
        return Heard(self.n_events + other.n_events, self.said + other.said)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """All that a model is learnt from.

    Attributes
    ----------
    config : Config
    data : list of dict, length n
        Of the tasks that are there.
    told : dict of Control to Told
        Rows are places in ``data``.
    tasks_version : int
        Another one when the tasks are others.
    n_events : int
        Recorded about the controls.
    said : tuple of str
        Labels that the configuration no longer has.
    """

    config: Config
    data: list[Metadata]
    told: Mapping[Control, Told]
    tasks_version: int
    n_events: int
    said: tuple[str, ...]


class Record:
    """Configuration, tasks and answers of a project; on disk when a method returns.

    Parameters
    ----------
    folder : Path
        Of this project; created when it does not exist.

    Raises
    ------
    JournalError
        A file is damaged, or in use by another process.
    """

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._turn = folder, RLock()
        self._answers: dict[tuple[str, str], Answers] = {}
        self._tasks = Tasks(folder / "tasks.sqlite")
        self.config: Config | None = None
        try:
            if self._tasks.config is not None:
                self._take(read_config(self._tasks.config))
        except BaseException:
            self.close()
            raise

    def configure(self, xml: str) -> None:
        """Take over a configuration.

        Raises
        ------
        InvalidInputError
            Nothing of it can be learnt; that of before stays.
        """
        with self._turn:
            if xml != self._tasks.config:
                config = read_config(xml)
                self._tasks.configure(xml)
                self._take(config)

    def see(self, tasks: Sequence[Metadata]) -> Heard:
        """Take over tasks, and the annotations that came with them, made at whatever time."""
        with self._turn:
            self._tasks.see(tasks)
            both = [task for task in tasks if isinstance(task.get("annotations"), list)]
            return sum((self._compare(task) for task in both), Heard())

    def annotate(self, annotations: Iterable[Metadata]) -> Heard:
        """Hear what annotations of known tasks say."""
        with self._turn:
            return sum((self._annotate(each) for each in annotations), Heard())

    def forget(self, annotations: Iterable[int]) -> Heard:
        """Take back what deleted annotations said."""
        numbers = list(annotations)
        with self._turn:
            return Heard(sum(own.forget(numbers) for own in self._answers.values()))

    def lose(self, tasks: Sequence[int]) -> Heard:
        """Deleted tasks, and all that was said about them, are no longer learnt from."""
        with self._turn:
            rows = self._tasks.lose(tasks)
            said = [own.of_row(row) for own in self._answers.values() for row in rows]
            return self.forget({each.annotation for some in said for each in some})

    def snapshot(self) -> Snapshot | None:
        """All there is to learn from; None where there is no configuration or no task."""
        with self._turn:
            kept = self._tasks.kept
            if self.config is None or not len(kept):
                return None
            found = {control: self._answers_of(control) for control in self.config.controls}
            said: list[str] = []
            told = {}
            for control, answers in found.items():
                possible = _possible(control, answers.told, said)
                rows = np.searchsorted(kept, possible.rows).tolist()
                told[control] = possible._replace(rows=rows)
            n_events = sum(answers.n_events for answers in found.values())
            data = self._tasks.data(kept)
            return Snapshot(self.config, data, told, self._tasks.version, n_events, tuple(said))

    def close(self) -> None:
        """Let others write."""
        with self._turn:
            for answers in self._answers.values():
                answers.close()
            self._tasks.close()

    def _take(self, config: Config) -> None:
        for control in config.controls:
            self._answers_of(control)
        self.config = config

    def _answers_of(self, control: Control) -> Answers:
        """Answers by name and kind: a control that asks for something else starts anew."""
        key = (control.name, control.kind)
        if key not in self._answers:
            journal = Journal(self._folder / f"{file_name(control.name)}.{control.kind}.journal")
            self._answers[key] = Answers(journal, names_people=not control.is_regression)
        return self._answers[key]

    def _annotate(self, annotation: Metadata) -> Heard:
        number = identity(annotation, "task")
        row = self._tasks.position(number)
        if row is None:
            return Heard(0, (f"Annotation of task {number}, which is not known, is left out.",))
        heard = Heard()
        for control in () if self.config is None else self.config.controls:
            try:
                statement = statement_of(annotation, row, control)
                heard += Heard(self._answers_of(control).hear([statement]))
            except InvalidInputError as error:
                heard += Heard(0, (f"Annotation {identity(annotation)} is left out: {error}.",))
        return heard

    def _compare(self, task: Metadata) -> Heard:
        """Hear the annotations of a task, and forget those that it had and has no longer.

        Those that are newer than the task as it is told were made in the meantime.
        """
        row, changed = self._tasks.position(identity(task)), moment(task, "updated_at")
        own = [{**each, "task": identity(task)} for each in objects(task, "annotations")]
        heard = self.annotate(own)
        there = {identity(each) for each in own}
        known = [] if row is None else [a.of_row(row) for a in self._answers.values()]
        lost = {
            each.annotation
            for some in known
            for each in some
            if each.annotation not in there and each.updated < changed
        }
        return heard + self.forget(lost)


def _possible(control: Control, told: Told, said: list[str]) -> Told:
    """Labels that a control still has; the others are counted in a sentence."""
    triples = zip(*told, strict=True)
    kept = [triple for triple in triples if _has(control, triple[1])]
    if lost := len(told.rows) - len(kept):
        said.append(f"{control.name!r}: {lost} labels are none of it any more.")
    rows, labels, people = zip(*kept, strict=True) if kept else ((), (), ())
    return Told(list(rows), list(labels), list(people))


def _has(control: Control, label: object) -> bool:
    try:
        control.check(label)  # type: ignore[arg-type]
    except InvalidInputError:
        return False
    return True
