# SPDX-License-Identifier: MIT
"""What ratings and ids come as, made ready for the library.

Looked at where they lie: int32 and int64 ids, float32, float64, int32 and int64 ratings, whatever
their strides (columns of an array, a row-major frame), CSR and COO matrices. Copied: numbers of
other types or byte order, whole numbers held as floats, text in NumPy's own type, columns of
pandas's extension types, other sparse matrices (made CSR). The library then keeps 4 to 8 bytes a
rating of its own."""
from __future__ import annotations

import os
from typing import Any, Optional

import numpy as np

from . import _core

_WHERE_THEY_LIE = tuple(np.dtype(t) for t in ("f4", "f8", "i4", "i8"))


def ids_of(ids: Any, what: str) -> np.ndarray:
    """Ids of `what`, "user" or "item", as the core takes them; a single one too."""
    array = np.asarray(ids)
    if array.ndim != 1:
        array = np.atleast_1d(array.squeeze())
    kind = array.dtype.kind
    if kind == "i":
        return array if array.dtype in _WHERE_THEY_LIE else array.astype(np.int64)
    if kind == "u":
        fits = array.size == 0 or int(array.max()) < 2**63
        return array.astype(np.int64 if fits else object)
    if kind == "f":
        if not np.isfinite(array).all():
            raise ValueError(f"{what} ids hold NaN or inf; expected whole numbers or text")
        whole = array.astype(np.int64)
        if (whole != array).any():
            raise ValueError(f"{what} ids hold the number {array[whole != array][0]}; expected "
                             "whole numbers or text")
        return whole
    if kind == "U":
        return array.astype(object)
    if kind == "O":
        return array
    raise ValueError(f"{what} ids are an array of {array.dtype}; expected whole numbers or text")


def numbers_of(values: Any, what: str = "ratings") -> np.ndarray:
    """Numbers as the core takes them."""
    array = np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise ValueError(f"{what}: an array of {array.ndim} dimensions; expected one")
    if array.dtype in _WHERE_THEY_LIE and array.dtype.isnative:
        return array
    if array.dtype.kind == "c":
        raise ValueError(f"{what}: Complex data not supported; expected real numbers")
    if array.dtype.kind not in "iufbO":
        raise ValueError(f"{what}: an array of {array.dtype}; expected numbers")
    return array.astype(np.float64)


def is_sparse(X: Any) -> bool:
    return hasattr(X, "tocsr") and hasattr(X, "nnz")


def columns_of(X: Any, y: Any = None):
    """Columns of user ids, item ids and ratings (None without) of whatever ratings came as."""
    if is_sparse(X):
        if y is not None:
            raise ValueError("a sparse matrix of users by items holds the ratings itself: leave "
                             "y out, or give an (n, 2) array of user and item ids")
        matrix = X.tocoo()
        return ids_of(matrix.row, "user"), ids_of(matrix.col, "item"), numbers_of(matrix.data)
    if hasattr(X, "iloc") and hasattr(X, "columns"):
        names = list(X.columns)
        named = "user" in names and "item" in names
        if not named and len(names) < 2:
            raise ValueError("a frame of one column; expected user, item and rating")
        users, items = (X["user"], X["item"]) if named else (X.iloc[:, 0], X.iloc[:, 1])
        if y is None and "rating" in names:
            y = X["rating"]
        elif y is None and not named and len(names) > 2:
            y = X.iloc[:, 2]
    else:
        array = np.asarray(X)
        if array.ndim != 2:
            raise ValueError(f"an array of {array.ndim} dimensions; expected two columns, the "
                             "ids of user and item. Reshape your data: an (n, 2) array")
        if array.shape[1] != 2:
            raise ValueError(f"an array of {array.shape[1]} columns; expected two, the ids of "
                             "user and item")
        users, items = array[:, 0], array[:, 1]
    values = None if y is None else numbers_of(y)
    return ids_of(users, "user"), ids_of(items, "item"), values


def ratings_of(X: Any, y: Any = None) -> _core.Ratings:
    """Ratings for one call of the core."""
    if isinstance(X, (str, os.PathLike)):
        if y is not None:
            raise ValueError("a file of ratings holds the ratings itself: leave y out")
        return _core.Ratings.of_file(os.fspath(X))
    if is_sparse(X) and y is None and X.format != "coo":
        matrix = X.tocsr()
        return _core.Ratings.of_csr(matrix.indptr, ids_of(matrix.indices, "item"),
                                    numbers_of(matrix.data))
    return _core.Ratings(*columns_of(X, y))


def given_items(ratings: Any):
    """Items and ratings (None without) of one user: a dict, pairs, a frame or items alone."""
    if hasattr(ratings, "iloc") and hasattr(ratings, "columns"):
        names = list(ratings.columns)
        items = ratings["item"] if "item" in names else ratings.iloc[:, 0]
        values: Optional[Any] = None
        if "rating" in names:
            values = ratings["rating"]
        elif len(names) > 1 and "item" not in names:
            values = ratings.iloc[:, 1]
        return ids_of(items, "item"), None if values is None else numbers_of(values)
    if isinstance(ratings, dict):
        pairs = list(ratings.items())
    else:
        pairs = list(ratings)
        if not pairs or not isinstance(pairs[0], (tuple, list, np.ndarray)):
            return ids_of(np.array(pairs, dtype=object), "item"), None
        if any(len(pair) != 2 for pair in pairs):
            raise ValueError("expected pairs of item and rating")
    items = np.array([item for item, _ in pairs], dtype=object)
    # Pairs that stood in an array of floats.
    if all(isinstance(item, float) for item in items):
        items = items.astype(float)
    return ids_of(items, "item"), numbers_of([float(value) for _, value in pairs])
