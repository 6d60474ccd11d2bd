# SPDX-License-Identifier: MIT
"""Names, answers and files of the Python package, held against the programs."""
import copy
import inspect
import json
import pickle
import subprocess
import sys
import unittest

import numpy as np

import mfpar
from mfpar import MatrixFactorization, _core
from support import TestCase, made_up, run, write_csv

X, Y = made_up()


def learnt(**parameters):
    return MatrixFactorization(deterministic=True, rank=4, **parameters).fit(X, Y)


class Vocabulary(TestCase):
    # Options that fit() takes as arguments, and those that need times, which it does not take.
    NOT_PARAMETERS = {"warm-start", "checkpoint", "checkpoint-every", "resume", "valid", "folds",
                      "split-last", "split-time"}
    GROUPS = {"Checkpoints", "Model", "One-class feedback", "Learning", "Gibbs sampling",
              "What is known beside ratings", "Validation"}

    def test_parameters_are_the_options_of_mf_train(self):
        options = {name for group, name in _core.option_names() if group in self.GROUPS}
        parameters = {name.replace("_", "-") for name in MatrixFactorization().get_params()}
        self.assertEqual(parameters, options - self.NOT_PARAMETERS | {"threads", "duplicates", "no-rated-lists"})
        self.assertLess(self.NOT_PARAMETERS, options)

    def test_lists_have_the_options_of_mf_recommend(self):
        page = run("mf-recommend", "--help")
        for function in (MatrixFactorization.recommend, MatrixFactorization.similar_items):
            for name in set(inspect.signature(function).parameters) - {"self", "users", "items"}:
                if name not in ("only", "exclude"):  # lists, where the program takes files
                    self.assertIn("--" + name.replace("_", "-"), page)

    def test_every_parameter_reaches_the_program(self):
        # Each with a value that nobody can use, or that contradicts another one.
        for name, default in MatrixFactorization().get_params().items():
            value = "no such value" if default is None else True
            given = {name: value}
            if default is not None:
                given["method" if name == "no_links" else "feedback"] = (
                    "sgd" if name == "no_links" else "one-class")
            if name in ("no_refit",):
                continue  # goes with everything
            if name == "deterministic":
                given = {name: True, "schedule": "hogwild"}
            if name == "kernel":
                value = given[name] = "abacus"
            with self.subTest(name), self.assertRaises((ValueError, OSError)) as caught:
                MatrixFactorization(**given).fit(X, Y)
            if name not in ("item_features", "user_features", "kernel"):
                self.assertRegex(str(caught.exception), rf"\b{name}\b")

    def test_messages_name_parameters(self):
        for given, message in [
            ({"rank": 0}, "rank is '0'; it must be a whole number from 1 to 1024"),
            ({"learning_rate": -1.0}, "learning_rate is '-1.0'; it must be a number above 0"),
            ({"samples": 3}, "samples is for Gibbs sampling; add method gibbs"),
            ({"feedback": "one-class", "loss": "squared"},
             "loss is for ratings; leave it out, or feedback one-class"),
            ({"split_by_user": 0.2, "valid_fraction": 0.1},
             "valid_fraction and split_by_user both say what to validate on; give one of them"),
        ]:
            with self.subTest(given), self.assertRaises(ValueError) as caught:
                MatrixFactorization(**given).fit(X, Y)
            self.assertEqual(str(caught.exception), message)


class Files(TestCase):
    def test_the_model_is_that_of_mf_train(self):
        write_csv(self.path("ratings.csv"), X, Y)
        for parameters in [
            {}, {"seed": 7, "rank": 3}, {"no_biases": True, "epochs": 5}, {"loss": "absolute"},
            {"split_by_user": 0.2}, {"valid_fraction": 0}, {"no_refit": True, "seeds": 2},
            {"method": "gibbs", "samples": 20, "rank": 3}, {"feedback": "one-class", "rank": 5},
            {"feedback": "both", "rank": 5, "relevant": 3.5}, {"train_mse": "sample:100"},
        ]:
            if parameters.get("feedback") != "one-class" and "method" not in parameters:
                parameters = {**parameters, "deterministic": True}
            with self.subTest(parameters):
                MatrixFactorization(**parameters).fit(X, Y).save(self.path("python.model"))
                options = []
                for name, value in parameters.items():
                    option = "--" + name.replace("_", "-")
                    options += [option] if value is True else [option, str(value)]
                run("mf-train", self.path("ratings.csv"), "-q", "-o", self.path("program.model"),
                    *options)
                with open(self.path("python.model"), "rb") as a, \
                        open(self.path("program.model"), "rb") as b:
                    self.assertEqual(a.read(), b.read())
                again = mfpar.load(self.path("program.model"))
                for name in set(parameters) - {"deterministic", "valid_fraction", "split_by_user",
                                               "no_refit", "relevant"}:
                    self.assertEqual(getattr(again, name), parameters[name], name)

    def test_predictions_are_those_of_mf_eval(self):
        write_csv(self.path("ratings.csv"), X, Y)
        new = np.array([[1, 1001], [1, 999], [0, 1002], [0, 0], [60, 1040]])
        write_csv(self.path("new.csv"), new, np.array([1, 2, 3, 4, 5]))
        run("mf-train", self.path("ratings.csv"), "-q", "-o", self.path("a.model"))
        learnt().save(self.path("b.model"))
        for name in ("a.model", "b.model"):
            run("mf-eval", self.path(name), self.path("new.csv"), "--predictions",
                self.path("predictions.csv"))
            with open(self.path("predictions.csv"), encoding="utf-8") as file:
                rows = [line.split(",") for line in file.read().splitlines()]
            at = rows[0].index("prediction")
            expected = [float(row[at]) for row in rows[1:]]
            np.testing.assert_allclose(mfpar.load(self.path(name)).predict(new), expected,
                                       rtol=1e-6)

    def test_measures_are_those_of_mf_eval(self):
        test_x, test_y = made_up(seed=2)
        write_csv(self.path("test.csv"), test_x, test_y)
        for parameters in [{}, {"feedback": "both"}, {"method": "gibbs", "samples": 10}]:
            if "method" not in parameters:
                parameters["deterministic"] = True
            model = MatrixFactorization(rank=4, **parameters).fit(X, Y)
            model.save(self.path("a.model"))
            expected = json.loads(run("mf-eval", self.path("a.model"), self.path("test.csv"),
                                      "--json"))
            measured = model.evaluate(test_x, test_y, ranking=True, top=[5, 10], relevant=4)
            ranking = measured.pop("ranking")
            self.assertGreater(len(measured), 5)
            for name, value in measured.items():
                self.assertEqual(value, expected[name], name)
            expected = json.loads(run(
                "mf-eval", self.path("a.model"), self.path("test.csv"), "--json", "--ranking",
                "--top", "5,10", "--relevant", "4", "--bootstrap", "0"))["ranking"]
            for name, value in ranking.items():
                self.assertEqual(value, expected[name], name)

    def test_lists_are_those_of_mf_recommend(self):
        model = learnt(feedback="both")
        model.save(self.path("a.model"))
        for options, arguments in [
            ({}, []), ({"top": 3}, ["--top", 3]), ({"rank_by": "rating"}, ["--rank-by", "rating"]),
            ({"rank_by": "blend:0.5", "least_ratings": 3},
             ["--rank-by", "blend:0.5", "--least-ratings", 3]),
            ({"keep_rated": True, "diversity": 0.5}, ["--keep-rated", "--diversity", 0.5]),
            ({"least_rating": 3.0}, ["--least-rating", 3]),
        ]:
            for who, lists in [
                (["--user", "7"], model.recommend(7, **options)),
                (["1001=5", "1002=1", "1003=4"],
                 model.fold_in({1001: 5, 1002: 1, 1003: 4}).recommend(**options))]:
                with self.subTest(options, who=who):
                    answer = json.loads(run("mf-recommend", self.path("a.model"), *who, "-q",
                                            "--format", "json", *arguments))
                    expected = answer["items"]
                    self.assertEqual([str(i) for i in lists[0]], [e["id"] for e in expected])
                    np.testing.assert_allclose(lists[1], [e["score"] for e in expected],
                                               rtol=1e-6)
        ids, scores = model.similar_items(1001, top=4, similar_by="factors")
        answer = json.loads(run("mf-recommend", self.path("a.model"), "--similar-to", "1001", "-q",
                                "--top", 4, "--similar-by", "factors", "--format", "json"))
        self.assertEqual([str(i) for i in ids], [e["id"] for e in answer["items"]])

    def test_files_that_cannot_be_read(self):
        with open(self.path("bad"), "w", encoding="utf-8") as file:
            file.write("no model")
        with self.assertRaisesRegex(ValueError, "bad"):
            mfpar.load(self.path("bad"))
        with self.assertRaisesRegex(OSError, "nowhere"):
            mfpar.load(self.path("nowhere"))
        with self.assertRaisesRegex(OSError, "nowhere"):
            learnt().save(self.path("nowhere/a.model"))


class Answers(TestCase):
    def test_lists_of_many_are_those_of_each(self):
        model = learnt()
        ids, scores = model.recommend([1, 2, 3], top=39)
        self.assertEqual(ids.shape, (3, 39))
        for row, user in enumerate([1, 2, 3]):
            alone_ids, alone_scores = model.recommend(user, top=39)
            there = len(alone_ids)
            rated = set(X[X[:, 0] == user, 1])
            self.assertEqual(there, 40 - len(rated))
            self.assertFalse(rated & set(alone_ids))
            np.testing.assert_array_equal(ids[row, :there], alone_ids)
            np.testing.assert_array_equal(scores[row, :there], alone_scores)
            self.assertTrue(np.isnan(scores[row, there:]).all())
            self.assertTrue((ids[row, there:] == -1).all())

    def test_lists_of_some_items(self):
        model = learnt()
        only = [1001, 1005, 4711]
        ids, _ = model.recommend(1, keep_rated=True, only=only)
        self.assertEqual(set(ids), {1001, 1005})
        ids, _ = model.recommend(1, keep_rated=True, only=only, exclude=[1005])
        self.assertEqual(list(ids), [1001])
        self.assertEqual(len(model.recommend(1, only=[])[0]), 0)

    def test_intervals(self):
        model = MatrixFactorization(method="gibbs", rank=3, samples=30).fit(X, Y)
        mean = model.predict(X)
        again, sd, bounds = model.predict(X, return_std=True, return_interval=True)
        np.testing.assert_array_equal(mean, again)
        np.testing.assert_array_equal(model.predict(X, return_std=True)[1], sd)
        self.assertTrue((sd > 0).all() and (bounds[:, 0] <= bounds[:, 1]).all())
        within = np.mean((bounds[:, 0] <= Y) & (Y <= bounds[:, 1]))
        self.assertGreater(within, 0.85)
        with self.assertRaisesRegex(ValueError, "method gibbs"):
            learnt().predict(X, return_std=True)

    def test_a_user_is_folded_in(self):
        model = learnt()
        ratings = {1001: 5.0, 1002: 1.0, 1003: 4.0}
        user = model.fold_in(ratings)
        self.assertEqual(user.ratings, ratings)
        for form in [list(ratings.items()), np.array(list(ratings.items()))]:
            np.testing.assert_array_equal(model.fold_in(form).factors, user.factors)
        before = user.predict([1001, 4711])
        self.assertTrue(np.isfinite(before[0]) and np.isnan(before[1]))
        self.assertTrue(user.rate(1004, 5))
        self.assertFalse(user.rate(4711, 5))
        self.assertTrue(user.remove(1002))
        self.assertFalse(user.remove(1002))
        other = model.fold_in({1001: 5, 1003: 4, 1004: 5})
        np.testing.assert_allclose(user.factors, other.factors, atol=1e-5)
        self.assertAlmostEqual(user.bias, other.bias, 5)
        self.assertNotIn(1001, user.recommend()[0])
        self.assertIn(1001, user.recommend(top=40, keep_rated=True)[0])
        with self.assertWarnsRegex(UserWarning, "1 of 2 ratings left out"):
            model.fold_in({1001: 5, 4711: 3})
        with self.assertRaisesRegex(ValueError, "items without ratings"):
            model.fold_in([1001, 1002])
        choices = MatrixFactorization(feedback="one-class", rank=4).fit(X)
        self.assertEqual(len(choices.fold_in([1001, 1002]).recommend(5)[0]), 5)

    def test_what_is_not_there(self):
        model = learnt()
        with self.assertRaisesRegex(ValueError, r'the user "4711"; fold_in\(\)'):
            model.recommend([1, 4711])
        with self.assertRaisesRegex(ValueError, 'the item "1"'):
            model.similar_items(1)
        for options, message in [({"rank_by": "beauty"}, "rank_by is \"beauty\""),
                                 ({"top": 0}, "top is 0"), ({"diversity": 2.0}, "diversity is 2"),
                                 ({"rank_by": "one-class"}, "one-class")]:
            with self.subTest(options), self.assertRaisesRegex(ValueError, message):
                model.recommend(1, **options)
        for options in ({"top": "many"}, {"rank_by": []}, {"diversity": "much"}, {"least": 3}):
            with self.subTest(options), self.assertRaises(TypeError):
                model.fold_in({1001: 5}).recommend(**options)
        self.assertEqual(model.similar_items([1001, 1002], top=10**9)[0].shape, (2, 40))
        for ask in [lambda m: m.predict(X), lambda m: m.recommend(1), lambda m: m.save("x"),
                    lambda m: m.user_factors_, lambda m: m.item_ids_, lambda m: m.fold_in({})]:
            with self.assertRaisesRegex(ValueError, "not fitted yet"):
                ask(MatrixFactorization())

    def test_the_model_is_looked_at_where_it_lies(self):
        model = learnt()
        users = {user: row for row, user in enumerate(model.user_ids_)}
        items = {item: row for row, item in enumerate(model.item_ids_)}
        self.assertEqual(model.user_factors_.shape, (60, 4))
        rows = [users[u] for u in X[:, 0]], [items[i] for i in X[:, 1]]
        scores = (np.sum(model.user_factors_[rows[0]] * model.item_factors_[rows[1]], axis=1)
                  + model.mean_ + model.user_biases_[rows[0]] + model.item_biases_[rows[1]])
        np.testing.assert_allclose(np.clip(scores, Y.min(), Y.max()), model.predict(X), rtol=1e-5)
        factors = model.item_factors_
        with self.assertRaises(ValueError):
            factors[0, 0] = 1.0
        kept = factors.copy()
        del model
        np.testing.assert_array_equal(factors, kept)

    def test_copies_and_pickles_answer_alike(self):
        for model in [learnt(), learnt(feedback="both")]:
            for other in [pickle.loads(pickle.dumps(model)), copy.deepcopy(model)]:
                np.testing.assert_array_equal(other.predict(X), model.predict(X))
                np.testing.assert_array_equal(other.recommend(1)[0], model.recommend(1)[0])
                self.assertEqual(other.get_params(), model.get_params())
                self.assertEqual(other.history_, model.history_)


class WithoutScikitLearn(TestCase):
    def test_it_serves(self):
        write_csv(self.path("ratings.csv"), X, Y)
        script = """
import sys
for name in ("sklearn", "pandas", "scipy"):
    sys.modules[name] = None
import copy, numpy, mfpar
table = numpy.loadtxt("ratings.csv", delimiter=",", skiprows=1)
model = mfpar.MatrixFactorization(rank=3, no_links=False)
assert model.get_params()["rank"] == 3 and model.set_params(rank=2) is model
assert repr(model) == "MatrixFactorization(rank=2)", repr(model)
try:
    model.set_params(ranks=2)
except ValueError as error:
    assert "Invalid parameter 'ranks'" in str(error)
else:
    raise AssertionError("no such parameter")
try:
    model.predict([[1, 2]])
except ValueError as error:
    assert "not fitted yet" in str(error)
model.fit(table[:, :2], table[:, 2])
assert model.user_factors_.shape[1] == 2
print(copy.deepcopy(model).score(table[:, :2], table[:, 2]))
"""
        told = subprocess.run([sys.executable, "-c", script], cwd=self.folder, check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        self.assertGreater(float(told), 0.2)


if __name__ == "__main__":
    unittest.main()
