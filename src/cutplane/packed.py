"""What other processes get as bytes, however it changes here meanwhile.

A worker of a cluster that another one asks for an object would pickle it while it is in use. Models
keep results, so they may change at that moment, or hold by then what cannot be pickled; the worker
that asked would wait for ever.
"""

from __future__ import annotations

import pickle
from functools import cached_property
from typing import Any, Generic, Self, TypeVar

import numpy as np

T = TypeVar("T")


class Packed(Generic[T]):
    """An object that is packed once, where it is first sent, and handed on as it came.

    Attributes
    ----------
    value : object
        This process's own; unpacked when it is first asked for.
    content : tuple of bytes and list of ndarray
        The same for other processes; arrays are not copied.
    """

    def __init__(self, value: T):
        self.__dict__["value"] = value

    @classmethod
    def of(cls, content: bytes, arrays: list[np.ndarray]) -> Self:
        """What has come from another process."""
        packed = cls.__new__(cls)
        packed.__dict__["content"] = content, arrays
        return packed

    @cached_property
    def value(self) -> T:
        """The object, in this process."""
        content, arrays = self.content
        value: T = pickle.loads(content, buffers=arrays)
        return value

    @cached_property
    def content(self) -> tuple[bytes, list[np.ndarray]]:
        """What is sent of it: bytes, and arrays as bytes."""
        import cloudpickle  # where something is sent, and not at every start

        buffers: list[pickle.PickleBuffer] = []
        content = cloudpickle.dumps(self.value, protocol=5, buffer_callback=buffers.append)
        return content, [np.frombuffer(own.raw(), np.uint8) for own in buffers]

    @property
    def n_bytes(self) -> int:
        """What sending it takes."""
        content, arrays = self.content
        return len(content) + sum(own.nbytes for own in arrays)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).of, self.content
