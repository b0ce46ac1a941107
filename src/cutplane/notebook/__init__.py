"""Answer a learner's questions in a notebook, on the page of ``cutplane label``."""

from cutplane.notebook.labeler import Labeler

__all__ = ["Labeler"]
