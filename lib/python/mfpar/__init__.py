# SPDX-License-Identifier: MIT
"""Learns from ratings: who rated what and how (matrix factorisation)."""
from ._core import __version__
from .estimator import MatrixFactorization
from .user import User

__all__ = ["MatrixFactorization", "User", "__version__"]


def load(path) -> MatrixFactorization:
    """The model in a file that mf-train or save() wrote."""
    return MatrixFactorization.load(path)
