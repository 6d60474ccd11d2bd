# SPDX-License-Identifier: MIT
"""scikit-learn's contract of estimators: its own checks, clone, search, pipelines."""
import functools
import unittest
import warnings

import numpy as np
from sklearn.base import clone, is_regressor
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks

from mfpar import MatrixFactorization
from support import TestCase, made_up

X, Y = made_up()


class OfNumbers(MatrixFactorization):
    """The checks make up matrices of any numbers; ids are made of their first two columns, which
    scikit-learn validates for its own estimators, too."""

    @staticmethod
    def ids(X):
        return np.round(X[:, [0, -1]] * 4).astype(np.int64)

    def fit(self, X, y=None):
        X, y = self._validate_data(X, y, y_numeric=True, dtype=float)
        super().fit(self.ids(X), y)
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X):
        self._model()
        return super().predict(self.ids(self._validate_data(X, reset=False, dtype=float)))

    def score(self, X, y):
        return super().score(self.ids(np.asarray(X)), y)

    def _more_tags(self):
        return {**super()._more_tags(), "requires_y": True}


# Checks that do not apply, and why.
NOT_RUN = {
    "check_estimators_dtypes": "wants numbers as large as float32 holds to be features, and they "
                               "are no ids",
    "check_fit2d_1sample": "wants \"1 sample\" in the message; that of a single rating is that "
                           "there is nothing to tell apart",
}


def checks(estimator):
    for check in estimator_checks._yield_all_checks(estimator):
        name = check.func.__name__ if isinstance(check, functools.partial) else check.__name__
        yield name, check


class Contract(TestCase):
    def test_its_own_checks(self):
        # Those that need no data of their own, on the class itself; all others on OfNumbers.
        warnings.simplefilter("ignore")
        run = set()
        for made in (MatrixFactorization, OfNumbers):
            estimator = made(epochs=3, rank=2, valid_fraction=0, deterministic=True)
            for name, check in checks(estimator):
                if name in NOT_RUN or (made is MatrixFactorization and name not in ITSELF):
                    continue
                with self.subTest(name, of=made.__name__):
                    check(made.__name__, clone(estimator))
                run.add(name)
        self.assertGreater(len(run), 30)
        self.assertFalse(ITSELF - run)

    def test_a_clone_has_the_parameters_alone(self):
        model = MatrixFactorization(rank=3, seed=5).fit(X, Y)
        other = clone(model)
        self.assertEqual(other.get_params(), model.get_params())
        self.assertFalse(hasattr(other, "model_"))
        self.assertTrue(is_regressor(model))
        other.set_params(rank=2).fit(X, Y)
        self.assertEqual(other.user_factors_.shape[1], 2)
        with self.assertRaisesRegex(ValueError, "Invalid parameter 'ranks'"):
            other.set_params(ranks=2)

    def test_a_grid_is_searched(self):
        for parameters, grid in [({}, {"rank": [1, 3], "lambda_factors": [0.2, 0.7]}),
                                 ({"method": "gibbs", "samples": 5}, {"no_links": [True, False]})]:
            search = GridSearchCV(MatrixFactorization(**parameters), grid, cv=3)
            search.fit(X, Y)
            self.assertTrue(np.isfinite(search.cv_results_["mean_test_score"]).all())
            self.assertGreater(search.best_score_, 0.2)
            self.assertEqual(search.best_estimator_.predict(X).shape, Y.shape)

    def test_errors_are_scored(self):
        model = MatrixFactorization(rank=3, deterministic=True)
        scores = cross_val_score(model, X, Y, cv=3, scoring="neg_root_mean_squared_error")
        self.assertTrue((scores < 0).all() and (scores > -np.std(Y)).all())
        pipeline = make_pipeline(FunctionTransformer(), model).fit(X, Y)
        np.testing.assert_array_equal(pipeline.predict(X), model.fit(X, Y).predict(X))

    def test_scores_of_each_kind_of_model(self):
        labels = (Y > Y.mean()).astype(int)
        for parameters, ratings in [({}, Y), ({"loss": "absolute"}, Y),
                                    ({"loss": "logistic"}, labels)]:
            score = MatrixFactorization(rank=3, **parameters).fit(X, ratings).score(X, ratings)
            self.assertTrue(0.3 < score < 1, (parameters, score))
        choices = MatrixFactorization(rank=4, feedback="one-class").fit(X[::2])
        self.assertTrue(0.1 < choices.score(X[1::2]) < 1)
        model = MatrixFactorization(rank=3, deterministic=True).fit(X, Y)
        predicted = model.predict(X)
        expected = 1 - np.sum((Y - predicted) ** 2) / np.sum((Y - Y.mean()) ** 2)
        self.assertAlmostEqual(model.score(X, Y), expected, 5)
        weights = np.arange(len(Y)) % 2
        self.assertAlmostEqual(model.score(X, Y, weights), model.score(X[1::2], Y[1::2]), 10)


ITSELF = {
    "check_no_attributes_set_in_init", "check_estimator_sparse_data",
    "check_estimator_get_tags_default_keys", "check_estimators_partial_fit_n_features",
    "check_supervised_y_no_nan", "check_estimators_unfitted",
    "check_non_transformer_estimators_n_iter", "check_parameters_default_constructible",
    "check_get_params_invariance", "check_set_params", "check_fit1d",
}

if __name__ == "__main__":
    unittest.main()
