"""Samplers of the version space: one file for each kind of move.

A sampler is a set of chains (:class:`Chains`): ``sweep`` moves all of them, ``values`` reads
them. :func:`start_chains` picks one, :func:`sample` burns it in and collects draws.
"""

from cutplane.samplers.chains import Chains, paced
from cutplane.samplers.diagnostics import Diagnostics
from cutplane.samplers.laplace import Laplace
from cutplane.samplers.sample import sample
from cutplane.samplers.samples import Samples
from cutplane.samplers.start import start_chains

__all__ = ["Chains", "Diagnostics", "Laplace", "Samples", "paced", "sample", "start_chains"]
