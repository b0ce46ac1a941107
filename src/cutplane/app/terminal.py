"""Labelling in a terminal: a row a screen, an answer a line; over SSH, and from a pipe."""

from __future__ import annotations

from typing import TextIO

from cutplane.app.project import Project


def label_in_terminal(project: Project, typed: TextIO, shown: TextIO) -> int:
    """Ask the owner row after row until nothing is left, or they have had enough.

    Parameters
    ----------
    project : Project
    typed : text file
        A line for each answer.
    shown : text file
        Where rows and messages go.

    Returns
    -------
    int
        Answers that were given.
    """
    raise NotImplementedError
