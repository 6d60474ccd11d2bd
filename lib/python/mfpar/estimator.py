# SPDX-License-Identifier: MIT
"""The estimator: learning, predicting, lists."""
from __future__ import annotations

import ast
import inspect
import json
import os
import re
import tempfile
import warnings
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np

from . import _core, data
from .user import User, list_options, lists_of

try:
    from sklearn.base import BaseEstimator, RegressorMixin
    from sklearn.exceptions import NotFittedError
except ImportError:  # it serves without, too

    class NotFittedError(ValueError, AttributeError):  # type: ignore[no-redef]
        """Something was asked of a model before fit()."""

    class RegressorMixin:  # type: ignore[no-redef]
        pass

    class BaseEstimator:  # type: ignore[no-redef]
        def get_params(self, deep: bool = True) -> Dict[str, Any]:
            return {name: getattr(self, name) for name in type(self)._get_param_names()}

        def set_params(self, **params: Any) -> "BaseEstimator":
            for name, value in params.items():
                if name not in type(self)._get_param_names():
                    raise ValueError(f"Invalid parameter {name!r} for estimator {self}.")
                setattr(self, name, value)
            return self

        @classmethod
        def _get_param_names(cls) -> List[str]:
            return sorted(set(inspect.signature(cls.__init__).parameters) - {"self"})

        def __repr__(self) -> str:
            given = [f"{k}={v!r}" for k, v in self.get_params().items() if v not in (None, False)]
            return f"{type(self).__name__}({', '.join(given)})"


class MatrixFactorization(RegressorMixin, BaseEstimator):
    """Matrix factorisation of ratings, or of who chose what.

    Parameters are the options of mf-train with _ for -, with the same defaults (None, or False for
    flags) and meanings: see `mf-train --help`. Most worth a try are method="gibbs", the lowest
    error, and feedback="one-class" or "both", for lists. Ids come back as whole numbers where all
    are, else as text. A fitted model is safe from any number of threads, which work at once.
    """

    def __init__(
        self,
        *,
        feedback: Optional[str] = None,
        method: Optional[str] = None,
        loss: Optional[str] = None,
        rank: Optional[int] = None,
        no_biases: bool = False,
        penalty: Optional[str] = None,
        lambda_factors: Optional[float] = None,
        lambda_biases: Optional[float] = None,
        nonnegative: bool = False,
        l1_factors: Union[float, str, None] = None,
        l1_biases: Union[float, str, None] = None,
        relevant: Optional[float] = None,
        unobserved_weight: Optional[float] = None,
        lambda_one_class: Optional[float] = None,
        penalty_exponent: Optional[float] = None,
        confidence: Optional[str] = None,
        valid_top: Optional[int] = None,
        epochs: Optional[int] = None,
        learning_rate: Optional[float] = None,
        step_rule: Optional[str] = None,
        rate_schedule: Optional[str] = None,
        decay: Optional[float] = None,
        init_scale: Optional[float] = None,
        schedule: Optional[str] = None,
        deterministic: bool = False,
        seed: Optional[int] = None,
        seeds: Optional[int] = None,
        kernel: Optional[str] = None,
        samples: Optional[int] = None,
        burn_in: Optional[int] = None,
        monte_carlo_error: Optional[float] = None,
        no_links: bool = False,
        likelihood: Optional[str] = None,
        posterior_rank: Optional[int] = None,
        variance_rank: Optional[int] = None,
        item_features: Optional[str] = None,
        user_features: Optional[str] = None,
        valid_fraction: Optional[float] = None,
        split_by_user: Optional[float] = None,
        patience: Optional[int] = None,
        eval_every: Optional[int] = None,
        no_refit: bool = False,
        no_rated_lists: bool = False,
        train_mse: Optional[str] = None,
        threads: Optional[int] = None,
        duplicates: Optional[str] = None,
    ):
        given = locals()
        for name in type(self)._get_param_names():
            if name in given:
                setattr(self, name, given[name])

    # Learning

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        valid: Any = None,
        warm_start: Union["MatrixFactorization", str, os.PathLike, None] = None,
        checkpoint: Union[str, os.PathLike, None] = None,
        checkpoint_every: Union[int, str, None] = None,
        resume: bool = False,
        on_epoch: Optional[Callable[[Dict[str, Any]], Any]] = None,
    ) -> "MatrixFactorization":
        """Learns from ratings.

        X, y: an (n, 2) array of user and item ids, whole numbers or text, and n ratings; or,
        without y, a sparse matrix (rows are users, columns items, entries ratings; ids are numbers
        of rows and columns from 0), or a pandas frame with the columns user, item and rating, or
        else whose first three columns are these; or the path of a file of ratings, text or a packed
        store, which is read as mf-train reads it. Without ratings every pair is a choice
        (feedback="one-class"). valid: further ratings, in any of these forms or as (X, y), to
        validate on. warm_start: a model to start from, into which new users and items are folded first. on_epoch: called with a dict after every epoch,
        in this thread.

        checkpoint: a folder where training saves, beside itself, what it takes to go on after it
        was cut off, every so many epochs, or so much time (checkpoint_every=5, "30s", "10m"; "60s"
        unless given). resume: go on from there, with the same ratings and parameters, and start
        afresh where nothing is.

        KeyboardInterrupt ends the training, and the model so far is kept, with a warning; before
        the first epoch is done, or the second time, it is raised. Raises ValueError for options
        and ratings that cannot be used, OSError, MemoryError, and FloatingPointError where
        training diverged and nothing was learnt.
        """
        ratings = data.ratings_of(X, y)
        if len(ratings) == 0:
            raise ValueError("0 sample(s): there is no rating to learn from; a minimum of 1 is "
                             "required")
        to_validate = None
        if valid is not None:
            to_validate = data.ratings_of(*valid if isinstance(valid, tuple) else (valid,))
        if isinstance(warm_start, (str, os.PathLike)):
            warm_start = type(self).load(warm_start)
        start = None if warm_start is None else warm_start._model()
        arguments = self._arguments()
        if checkpoint is not None:
            arguments.append(f"--checkpoint={os.fspath(checkpoint)}")
        if checkpoint_every is not None:
            arguments.append(f"--checkpoint-every={checkpoint_every}")
        if resume:
            arguments.append("--resume")
        model, report = self._call(_core.learn, ratings, arguments, to_validate, start, on_epoch)
        self._take(model)
        self.n_features_in_ = 2  # the ids of user and item
        self.history_ = report["history"]
        self.n_iter_ = report["best_epoch"]
        self.outcome_ = report["outcome"]
        for warning in report["warnings"]:
            warnings.warn(warning, stacklevel=2)
        if self.outcome_ == "interrupted":
            warnings.warn(f"interrupted; the model is that of epoch {self.n_iter_}",
                          RuntimeWarning, stacklevel=2)
        elif self.outcome_ == "diverged":
            warnings.warn(f"{report['divergence']}; the model is that of epoch {self.n_iter_}",
                          RuntimeWarning, stacklevel=2)
        elif self.n_iter_ == 0 and warm_start is None:
            warnings.warn("no epoch was better than the start", RuntimeWarning, stacklevel=2)
        return self

    def _arguments(self) -> List[str]:
        """The parameters as mf-train takes them."""
        arguments = []
        for name, value in self.get_params(deep=False).items():
            option = "--" + name.replace("_", "-")
            if isinstance(value, (bool, np.bool_)):
                arguments += [option] if value else []
            elif value is not None:
                if isinstance(value, (float, np.floating)):
                    value = repr(float(value))
                arguments.append(f"{option}={value}")
        return arguments

    def _call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """What the core answers; its messages name options as this class does."""
        try:
            return function(*arguments, **named)
        except ValueError as error:
            text = re.sub(r"--([a-z][a-z0-9]*(?:-[a-z0-9]+)*)(?: \(-\w\))?",
                          lambda found: found[1].replace("-", "_"), str(error))
            raise ValueError(text) from None

    # The model

    def _take(self, model: _core.Model) -> None:
        self.model_ = model
        self._item_ids_ = _array_of(model.item_ids)

    def _model(self) -> _core.Model:
        if not hasattr(self, "model_"):
            raise NotFittedError(f"This {type(self).__name__} instance is not fitted yet. Call "
                                 "fit() or load() first.")
        return self.model_

    @classmethod
    def load(cls, path: Union[str, os.PathLike]) -> "MatrixFactorization":
        """The model in a file that mf-train or save() wrote, with the options of its training."""
        model = _core.Model.load(os.fspath(path))
        estimator = cls()
        known = estimator.get_params(deep=False)
        options = {name.replace("-", "_"): value for name, value in model.options}
        for flag in ("biases", "links"):
            if options.get(flag) == "false":
                options["no_" + flag] = "True"
        options.pop("kernel", None)  # of the machine that trained it
        if model.feedback != "ratings":
            options["feedback"] = model.feedback
        estimator.set_params(**{name: _value_of(text) for name, text in options.items()
                                if name in known and text != "auto"})
        estimator._take(model)
        estimator.n_features_in_ = 2
        return estimator

    def save(self, path: Union[str, os.PathLike]) -> None:
        """Writes the model to a file, which all programs of mfpar read. What stood there stays
        until the new file is whole."""
        self._model().save(os.fspath(path))

    def __getstate__(self) -> Dict[str, Any]:
        state = self.__dict__.copy()
        if "model_" in state:
            with tempfile.TemporaryDirectory() as folder:
                self.save(os.path.join(folder, "model"))
                with open(os.path.join(folder, "model"), "rb") as file:
                    state["model_"] = file.read()
            del state["_item_ids_"]
        return state

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "model_" in state:
            with tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "model"), "wb") as file:
                    file.write(state["model_"])
                self._take(_core.Model.load(file.name))

    @property
    def user_ids_(self) -> np.ndarray:
        """Ids in the order of the rows of user_factors_."""
        return _array_of(self._model().user_ids)

    @property
    def item_ids_(self) -> np.ndarray:
        self._model()
        return self._item_ids_

    @property
    def user_factors_(self) -> np.ndarray:
        """P, users by factors: the model's own memory, which cannot be written to."""
        return self._model().user_factors

    @property
    def item_factors_(self) -> np.ndarray:
        return self._model().item_factors

    @property
    def user_biases_(self) -> np.ndarray:
        return self._model().user_biases

    @property
    def item_biases_(self) -> np.ndarray:
        return self._model().item_biases

    @property
    def mean_(self) -> float:
        return self._model().mean

    # Answers

    def predict(self, X: Any, return_std: bool = False, return_interval: bool = False) -> Any:
        """The ratings to expect of pairs of user and item, in the forms that fit() takes.

        Of labels (loss="logistic") it is the probability of the higher one; of one-class feedback
        alone the score, about 1 where the user is likely to choose the item. Of a user or item
        that the model does not have, what is known of the other counts. With return_std also the
        standard deviation, and with return_interval an (n, 2) array of bounds between which 90 %
        of such ratings lie; both of models by method="gibbs"."""
        model = self._model()
        users, items, _ = data.columns_of(X)
        threads = self.threads or 0
        if not return_std and not return_interval:
            return self._call(model.predict, users, items, threads)
        rows = self._call(model.intervals, users, items, threads)
        answer = (rows[:, 0],)
        answer += (rows[:, 1],) if return_std else ()
        return answer + ((rows[:, 2:],) if return_interval else ())

    def recommend(
        self,
        users: Any,
        top: int = 20,
        *,
        rank_by: Union[str, float, None] = None,
        least_ratings: Optional[int] = None,
        least_rating: Optional[float] = None,
        keep_rated: bool = False,
        diversity: float = 0.0,
        only: Optional[Sequence[Any]] = None,
        exclude: Optional[Sequence[Any]] = None,
    ) -> Tuple[np.ndarray, np.ndarray]:
        """Ids and scores of the best items for users whom the model has, best first; options are
        named as those of mf-recommend, `only` and `exclude` are lists of items.

        For one user two arrays of as many places as the list has; for several two arrays with a
        row each, where the places behind the end of a list have the score NaN."""
        ids = data.ids_of(users, "user")
        options = list_options(dict(rank_by=rank_by, least_ratings=least_ratings,
                                    least_rating=least_rating, keep_rated=keep_rated,
                                    diversity=diversity, only=only, exclude=exclude))
        lists = self._call(self._model().recommend, ids, top=top, threads=self.threads or 0,
                           **options)
        return lists_of(self._item_ids_, lists, alone=np.ndim(users) == 0)

    def similar_items(
        self,
        items: Any,
        top: int = 20,
        *,
        similar_by: Optional[str] = None,
        least_ratings: Optional[int] = None,
    ) -> Tuple[np.ndarray, np.ndarray]:
        """Ids and similarities of the items most similar to these, as recommend() gives lists."""
        lists = self._call(self._model().similar_items, data.ids_of(items, "item"), top,
                           similar_by, least_ratings, self.threads or 0)
        return lists_of(self._item_ids_, lists, alone=np.ndim(items) == 0)

    def fold_in(self, ratings: Any) -> User:
        """A user whom the model was not trained on, by their ratings: a dict from item to rating,
        pairs of item and rating, a frame with the columns item and rating, or, of one-class
        feedback, items alone."""
        return self._call(User, self._model(), self.item_ids_, ratings)

    def evaluate(
        self,
        X: Any,
        y: Any = None,
        *,
        ranking: bool = False,
        top: Union[int, Sequence[int]] = (10,),
        relevant: Optional[float] = None,
        rank_by: Optional[str] = None,
        least_ratings: Optional[int] = None,
    ) -> Dict[str, Any]:
        """How the model does on ratings, in the forms that fit() takes: the errors that
        `mf-eval --json` reports, and with `ranking`, or of a model of one-class feedback, how good
        its lists are, under "ranking", by the names and options of `mf-eval --ranking`."""
        model = self._model()
        threads = self.threads or 0
        has_errors = model.feedback != "one-class"
        measured = {}
        if has_errors:
            measured = json.loads(self._call(model.errors, data.ratings_of(X, y), threads))
        if ranking or not has_errors:
            cuts = [top] if np.ndim(top) == 0 else sorted(set(top))
            measured["ranking"] = json.loads(
                self._call(model.ranking, data.ratings_of(X, y), cuts, relevant, rank_by,
                           least_ratings, threads))
        return measured

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """The higher the better: R^2 of ratings, as of scikit-learn's regressors, the accuracy of
        labels, NDCG@10 of lists from one-class feedback."""
        model = self._model()
        if model.feedback == "one-class":
            return self.evaluate(X, y)["ranking"]["ndcg"]["10"]
        users, items, values = data.columns_of(X, y)
        if values is None:
            raise ValueError("there are no ratings to compare with")
        predicted = self._call(model.predict, users, items, self.threads or 0).astype(np.float64)
        weight = np.ones(len(values)) if sample_weight is None else np.asarray(sample_weight)
        values = values.astype(np.float64)
        # Of labels a probability is predicted, or a margin.
        boundary = {"logistic": 0.5, "hinge": 0.0, "squared-hinge": 0.0}.get(model.loss)
        if boundary is not None:
            right = (predicted >= boundary) == (values == max(model.range))
            return float(np.average(right, weights=weight))
        errors = np.sum(weight * (values - predicted) ** 2)
        spread = np.sum(weight * (values - np.average(values, weights=weight)) ** 2)
        return float(1.0 - errors / spread) if spread > 0.0 else float(errors == 0.0)

    def _more_tags(self) -> Dict[str, Any]:
        return {"poor_score": True}  # of ids that mean nothing, as its own checks make them up


def _array_of(ids: Any) -> np.ndarray:
    return ids if isinstance(ids, np.ndarray) else np.array(ids, dtype=object)


def _value_of(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
