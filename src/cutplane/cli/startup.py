"""A process of the command begins and ends soon: what it imports waits for its first use.

scikit-learn imports `scipy.stats` at its own start, which takes longer than anything else, for a
mode that no command asks for; SciPy takes all names of NumPy, whose interface to Fortran and whose
tests nobody uses.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from threading import RLock
from types import ModuleType

POSTPONED = ("numpy.f2py", "numpy.testing", "scipy.stats")
#: Objects made between two looks for garbage, of which imports leave none; 700 is Python's own.
_OBJECTS = 20_000


def begin() -> None:
    """Prepare this process; others that use the library are left as they are."""
    gc.set_threshold(_OBJECTS)
    postpone()


def end() -> None:
    """Spare Python's last look for garbage, which would take a tenth of a short command."""
    gc.freeze()


def postpone() -> None:
    """Load what is ``POSTPONED`` and not loaded yet when a name in it is first asked for."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds modules that load later."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target) if fullname in POSTPONED else None
        if spec is not None and spec.loader is not None:
            spec.loader = _Later(spec.loader)
        return spec


class _Later(Loader):
    """Makes a module of which nothing runs before a name in it is asked for."""

    def __init__(self, loader: Loader):
        self._loader = loader
        self._lock = RLock()  # other threads wait until all names are there
        self._has_begun = False

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Postponed(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Run nothing yet."""

    def finish(self, module: ModuleType) -> None:
        """Run the module, once."""
        with self._lock:
            if not self._has_begun:
                self._has_begun = True
                self._loader.exec_module(module)


class _Postponed(ModuleType):
    def __getattr__(self, name: str) -> object:
        """Load the module for a name that is not there yet."""
        if not name.startswith("__") or name == "__all__":
            assert isinstance(self.__loader__, _Later)
            self.__loader__.finish(self)
            if name in self.__dict__:
                return self.__dict__[name]
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
