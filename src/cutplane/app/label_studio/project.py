"""One project of Label Studio: its record, and what is learnt of that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cutplane._types import Metadata
from cutplane.app.label_studio.model import UNTRAINED, StudioModel, learn
from cutplane.app.label_studio.reading import Reader, Reading, to_embed
from cutplane.app.label_studio.record import Record, Snapshot
from cutplane.errors import CutplaneError


class Predicted(NamedTuple):
    """Predictions of tasks.

    Attributes
    ----------
    results : list of dict or list
        One for each task; an empty list where there is none.
    said : tuple of str
        What could not be read of the tasks.
    """

    results: list[Metadata | list]
    said: tuple[str, ...] = ()


class StudioProject:
    """A record, and the newest model of it.

    One thread learns, any number predict and record meanwhile: nobody waits for a model.

    Parameters
    ----------
    name : str
        Its number in Label Studio, and when it was created.
    folder : Path
        Of this project; created when it does not exist.
    reader : Reader
    seed : int

    Attributes
    ----------
    name : str
    record : Record
    model : StudioModel or None
        None before the first one.
    problem : str
        Why nothing was learnt the last time; "" where something was.

    Raises
    ------
    JournalError
        A file is damaged, or in use by another process.
    """

    def __init__(self, name: str, folder: Path, reader: Reader, seed: int = 0):
        self.name, self._folder, self.record = name, folder, Record(folder)
        self._reader, self._seed = reader, seed
        self._seen: tuple[object, Reading, dict[str, str]] | None = None
        self._learnt_from: object = None
        self.model: StudioModel | None = None
        self.problem = ""

    @property
    def version(self) -> str:
        """Of the model."""
        return UNTRAINED if self.model is None else self.model.version

    @property
    def said(self) -> tuple[str, ...]:
        """What is not learnt, and why."""
        config = () if self.record.config is None else self.record.config.said
        model = () if self.model is None else self.model.said
        return (*config, *model, *([self.problem] if self.problem else []))

    def learn(self) -> bool:
        """Learn what is new, aside; whether anything was. What fails becomes the ``problem``."""
        snapshot = self.record.snapshot()
        if snapshot is None:
            return False
        state = (snapshot.config, snapshot.tasks_version, snapshot.n_events)
        if state == self._learnt_from:
            return False
        self._learnt_from = state
        try:
            reading, embedded = self._reading(snapshot)
            self.model = learn(snapshot.told, reading, embedded, self._seed, snapshot.said)
            self.problem = ""
        except CutplaneError as error:
            self.problem = f"Nothing is learnt: {error}."
            return True
        try:
            self.model.write(self._folder)
        except (CutplaneError, OSError) as error:
            self.problem = f"The models are not written: {error}."
        return True

    def again(self) -> None:
        """Have the next :meth:`learn` read everything again, also what could not be read."""
        self._seen = self._learnt_from = None

    def predict(self, tasks: Sequence[Metadata]) -> Predicted:
        """A prediction for each task, or an empty list for each where there is no model.

        Raises
        ------
        InvalidInputError
            The tasks hold something else than those that were learnt from.
        """
        model = self.model
        if model is None or not model.learnt or not tasks:
            return Predicted([[] for _ in tasks])
        reading = self._reader.read([task["data"] for task in tasks], model.embedded)
        new = [each for each in reading.said if each not in model.said]
        return Predicted(list(model.predictions(reading)), tuple(new))

    def close(self) -> None:
        """Let others write."""
        self.record.close()

    def _reading(self, snapshot: Snapshot) -> tuple[Reading, dict[str, str]]:
        """Columns of all tasks, read again where the tasks, or what is shown, are others."""
        state = (snapshot.tasks_version, snapshot.config.shown)
        if self._seen is None or self._seen[0] != state:
            embedded = to_embed(snapshot.data, snapshot.config.shown)
            self._seen = (state, self._reader.read(snapshot.data, embedded), embedded)
        return self._seen[1:]
