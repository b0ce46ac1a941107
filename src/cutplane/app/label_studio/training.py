"""The thread that learns: it follows what was recorded, and nothing waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Condition, Event, Thread
from typing import Self

from cutplane.app.label_studio.project import StudioProject


class Training:
    """Learns projects one after the other, whenever something new was heard of them.

    Labels that arrive while a model is learnt are in the next one, together.

    Parameters
    ----------
    on_learnt : callable, optional
        Called with a project after it was learnt.
    """

    def __init__(self, on_learnt: Callable[[StudioProject], None] = lambda _: None):
        self._on_learnt = on_learnt
        self._changed = Condition()
        self._due: dict[StudioProject, None] = {}
        self._busy: StudioProject | None = None
        self._ends = Event()
        self._thread = Thread(target=self._run, name="cutplane-training", daemon=True)

    def start(self, projects: Iterable[StudioProject] = ()) -> Self:
        """Begin, with projects of before."""
        self._due |= dict.fromkeys(projects)
        self._thread.start()
        return self

    def wake(self, project: StudioProject) -> None:
        """Something was recorded of this project."""
        with self._changed:
            self._due[project] = None
            self._changed.notify_all()

    def is_busy(self, project: StudioProject) -> bool:
        """Whether a project is being learnt, or about to be."""
        with self._changed:
            return project in self._due or self._busy is project

    def wait(self, seconds: float = 60.0) -> bool:
        """Wait until there is nothing to learn; whether there is not."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._due and self._busy is None, seconds)

    def stop(self) -> None:
        """End after the model that is being learnt."""
        self._ends.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while (project := self._next()) is not None:
            try:
                if project.learn():
                    self._on_learnt(project)
            except Exception as error:  # the thread goes on, and the project says why
                project.problem = f"Nothing is learnt: {type(error).__name__}: {error}."
                self._on_learnt(project)
            with self._changed:
                self._busy = None
                self._changed.notify_all()

    def _next(self) -> StudioProject | None:
        """The project that waits longest; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._due) or self._ends.is_set())
            if self._ends.is_set():
                return None
            self._busy = next(iter(self._due))
            del self._due[self._busy]
            return self._busy
