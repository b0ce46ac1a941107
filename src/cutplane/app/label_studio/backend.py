"""The protocol of Label Studio's ML backends, from JSON to JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Self

from cutplane._types import Metadata
from cutplane.app.label_studio.host import Host
from cutplane.app.label_studio.payload import identities, objects, project_of, text
from cutplane.app.label_studio.project import StudioProject
from cutplane.app.label_studio.reading import Reader
from cutplane.app.label_studio.record import Heard
from cutplane.app.label_studio.training import Training
from cutplane.errors import CutplaneError, InvalidInputError

#: Prefix of the folders of projects.
_FOLDER = "project-"


class Backend:
    """All projects of a folder.

    Replies are objects that JSON knows; what is not taken, and why, is under "said".

    Parameters
    ----------
    folder : Path
        Holds a folder for each project.
    reader : Reader
    host : Host
        Learns the token of its Label Studio when a project is set up.
    seed : int
    on_learnt : callable, optional
        Called with a project after it was learnt.

    Raises
    ------
    JournalError
        A file is damaged, or in use by another process.
    """

    def __init__(
        self,
        folder: Path,
        reader: Reader,
        host: Host,
        seed: int = 0,
        on_learnt: Callable[[StudioProject], None] = lambda _: None,
    ):
        self._folder, self._reader, self._host, self._seed = folder, reader, host, seed
        self._turn = Lock()
        self._projects: dict[str, StudioProject] = {}
        self.training = Training(on_learnt)
        try:
            for own in sorted(folder.glob(f"{_FOLDER}*")):
                self._project(own.name.removeprefix(_FOLDER))
        except BaseException:
            self._close()
            raise
        self.training.start(self._projects.values())

    def health(self) -> Metadata:
        """That the backend is there."""
        return {"status": "UP", "model_class": "cutplane"}

    def setup(self, payload: Metadata) -> Metadata:
        """Take over a project's configuration.

        Raises
        ------
        InvalidInputError
            Nothing of it can be learnt.
        """
        project = self._project(project_of(payload))
        project.record.configure(text(payload, "schema"))
        self._host.offer(text(payload, "hostname"), text(payload, "access_token"))
        self.training.wake(project)
        return {"model_version": project.version, "said": list(project.said)}

    def predict(self, payload: Metadata) -> Metadata:
        """A prediction for each task, of the newest model; annotations that come along are heard.

        Raises
        ------
        InvalidInputError
            The payload is none.
        """
        project = self._project(project_of(payload))
        tasks = objects(payload, "tasks")
        heard = self._configured(project, text(payload, "label_config"))
        try:
            heard += project.record.see(tasks)
            results, new = project.predict(tasks)
            heard += Heard(0, new)
        except CutplaneError as error:
            heard += Heard(0, (f"Nothing is predicted: {error}.",))
            results = [[] for _ in tasks]
        self.training.wake(project)
        said = [*heard.said, *project.said]
        return {"results": results, "model_version": project.version, "said": said}

    def webhook(self, payload: Metadata) -> Metadata:
        """Record what happened in Label Studio; it is on disk when this returns.

        Raises
        ------
        InvalidInputError
            The payload names no project.
        JournalError
            Nothing can be written.
        """
        action = text(payload, "action")
        project = self._project(project_of(payload))
        own = payload["project"] if isinstance(payload["project"], dict) else {}
        heard = self._configured(project, text(own, "label_config"))
        heard += _ACTIONS.get(action, _unused)(project, payload)
        self.training.wake(project)
        return {"status": "ok", "n_events": heard.n_events, "said": list(heard.said)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End learning, and let others write."""
        self.training.stop()
        self._close()

    def _close(self) -> None:
        for project in self._projects.values():
            project.close()

    def _project(self, name: str) -> StudioProject:
        with self._turn:
            if name not in self._projects:
                folder = self._folder / f"{_FOLDER}{name}"
                self._projects[name] = StudioProject(name, folder, self._reader, self._seed)
            return self._projects[name]

    def _configured(self, project: StudioProject, xml: str) -> Heard:
        """Take over a configuration that came along; one that cannot be learnt is said."""
        try:
            if xml:
                project.record.configure(xml)
        except InvalidInputError as error:
            return Heard(0, (f"The configuration is left out: {error}.",))
        return Heard()


def _annotated(project: StudioProject, payload: Metadata) -> Heard:
    tasks = project.record.see([_without_annotations(task) for task in objects(payload, "task")])
    return tasks + project.record.annotate(objects(payload, "annotation"))


def _deleted(project: StudioProject, payload: Metadata) -> Heard:
    numbers = [*identities(payload, "annotations"), *identities(payload, "annotation")]
    return project.record.forget(numbers)


def _created(project: StudioProject, payload: Metadata) -> Heard:
    return project.record.see([_without_annotations(task) for task in objects(payload, "tasks")])


def _lost(project: StudioProject, payload: Metadata) -> Heard:
    return project.record.lose(identities(payload, "tasks"))


def _nothing(project: StudioProject, payload: Metadata) -> Heard:
    """The configuration was all."""
    return Heard()


def _again(project: StudioProject, payload: Metadata) -> Heard:
    project.again()
    return Heard()


def _unused(project: StudioProject, payload: Metadata) -> Heard:
    return Heard(0, (f"{text(payload, 'action')!r} is not used.",))


def _without_annotations(task: Metadata) -> Metadata:
    """A webhook's task: what else it tells is not complete."""
    return {key: value for key, value in task.items() if key != "annotations"}


_ACTIONS: dict[str, Callable[[StudioProject, Metadata], Heard]] = {
    "ANNOTATION_CREATED": _annotated,
    "ANNOTATIONS_CREATED": _annotated,
    "ANNOTATION_UPDATED": _annotated,
    "ANNOTATIONS_UPDATED": _annotated,
    "ANNOTATION_DELETED": _deleted,
    "ANNOTATIONS_DELETED": _deleted,
    "TASKS_CREATED": _created,
    "TASKS_DELETED": _lost,
    "PROJECT_UPDATED": _nothing,
    "START_TRAINING": _again,
}
