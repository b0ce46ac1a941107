"""Whole estimators and learners in one .npz file, without pickle, to go on where they stopped.

Stored are the parameters, the gates, the labelled rows with their labels, and the
multipliers of every center; trees and networks follow from them.
"""

from cutplane.persistence.estimator import load_estimator, save_estimator
from cutplane.persistence.learner import load_learner, save_learner

__all__ = ["load_estimator", "load_learner", "save_estimator", "save_learner"]
