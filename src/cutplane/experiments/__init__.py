"""The experiments of the paper, from data to figures, every label counted.

An :class:`~cutplane.experiments.experiment.Experiment` is a problem and the methods that play
it. A :class:`~cutplane.experiments.referee.Referee` holds the labels: methods buy them from it,
and it scores their predictions. :mod:`~cutplane.experiments.study` plays every method with every
seed, one file for each, and :mod:`~cutplane.experiments.figures` draws what came of it.

The deep baselines need the extra ``bench``.
"""
