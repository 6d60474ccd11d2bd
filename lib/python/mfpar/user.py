# SPDX-License-Identifier: MIT
"""Somebody whom the model was not trained on."""
from __future__ import annotations

import warnings
from typing import Any, Dict, Tuple

import numpy as np

from . import _core, data


class User:
    """A user who was folded in, and whose ratings may change; fold_in() makes it.

    Not synchronised: one thread at a time."""

    def __init__(self, model: _core.Model, item_ids: np.ndarray, ratings: Any):
        self._core = _core.User(model, *data.given_items(ratings))
        self._item_ids = item_ids
        for warning in self._core.warnings:
            warnings.warn(warning, stacklevel=3)

    @property
    def ratings(self) -> Dict[Any, float]:
        """What is known of the user, by item."""
        return {self._item_ids[index]: value for index, value in self._core.ratings}

    @property
    def factors(self) -> np.ndarray:
        return np.array(self._core.factors, dtype=np.float32)

    @property
    def bias(self) -> float:
        return self._core.bias

    def rate(self, item: Any, rating: Any = None) -> bool:
        """Takes a rating, in the place of an earlier one of the item. Whether the model has it."""
        return self._core.rate(data.ids_of(item, "item"), rating)

    def remove(self, item: Any) -> bool:
        """Forgets a rating. Whether there was one."""
        return self._core.remove(data.ids_of(item, "item"))

    def recommend(self, top: int = 20, **options: Any) -> Tuple[np.ndarray, np.ndarray]:
        """Ids and scores of the best items; options as of MatrixFactorization.recommend()."""
        return lists_of(self._item_ids, self._core.recommend(top=top, **list_options(options)),
                        alone=True)

    def predict(self, items: Any) -> np.ndarray:
        """The ratings to expect of these items; NaN for those that the model does not have."""
        return self._core.predict(data.ids_of(items, "item"))


def list_options(options: Dict[str, Any]) -> Dict[str, Any]:
    """Options of lists as the core takes them."""
    for name in ("only", "exclude"):
        if options.get(name) is not None:
            ids = options[name]
            ids = ids if isinstance(ids, np.ndarray) else np.array(list(ids), dtype=object)
            options[name] = data.ids_of(ids, "item")
    if isinstance(options.get("rank_by"), (int, float)):
        options["rank_by"] = str(options["rank_by"])
    return options


def lists_of(item_ids: np.ndarray, lists: Tuple[np.ndarray, np.ndarray, np.ndarray],
             alone: bool) -> Tuple[np.ndarray, np.ndarray]:
    """Ids and scores of lists by index. A list alone ends where it ends; of several, the places
    behind the end of one have the score NaN, and None or -1 for the id."""
    indices, scores, _ = lists
    there = ~np.isnan(scores)
    if alone:
        return item_ids[indices[0][there[0]]], scores[0][there[0]]
    ids = item_ids[np.where(there, indices, 0)] if len(item_ids) else np.empty(scores.shape, object)
    ids[~there] = None if ids.dtype == object else -1
    return ids, scores
