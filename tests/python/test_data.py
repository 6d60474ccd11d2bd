# SPDX-License-Identifier: MIT
"""All forms of ratings that mean the same give the same model; what cannot be used is refused."""
import os
import pathlib
import tempfile
import unittest

import numpy as np
import pandas as pd
import scipy.sparse as sparse

from mfpar import MatrixFactorization, data
from support import TestCase, made_up, run

X, Y = made_up(users=30, items=20)


def factors(X, y=None, **parameters):
    model = MatrixFactorization(deterministic=True, rank=3, epochs=3, **parameters).fit(X, y)
    return ([str(i) for i in model.user_ids_], [str(i) for i in model.item_ids_],
            model.user_factors_.tolist(), model.item_factors_.tolist())


class Forms(TestCase):
    def check_same(self, forms):
        expected = factors(X, Y)
        for name, form in forms.items():
            with self.subTest(name):
                self.assertEqual(factors(*form), expected)

    def test_arrays(self):
        text = X.astype(str)
        self.check_same({
            **{kind: (X.astype(kind), Y) for kind in
               ("i2", "i4", "u2", "u8", ">i8", "f4", "f8", "O", "U", "S")
               if kind != "S"},
            "by columns": (np.asfortranarray(X), Y),
            "every other column": (np.repeat(X, 2, axis=1)[:, ::2], Y),
            "backwards": (X[::-1][::-1], Y[::-1][::-1]),
            "objects of text": (text.astype(object), Y),
            "numbers and text": (np.array([[int(u), i] for u, i in text], dtype=object), Y),
            "lists": (X.tolist(), Y.tolist()),
            **{"ratings " + kind: (X, Y.astype(kind)) for kind in ("f4", ">f8", "O", "f2")},
            "a column of ratings": (X, Y[:, None]),
        })

    def test_frames(self):
        frame = pd.DataFrame({"user": X[:, 0], "item": X[:, 1], "rating": Y})
        self.check_same({
            "named": (frame,),
            "named, in another order": (frame[["rating", "item", "user"]],),
            "by place": (frame.set_axis(["userId", "movieId", "stars"], axis=1),),
            "with more columns": (frame.assign(timestamp=1),),
            "of ids, and ratings": (frame[["user", "item"]], frame["rating"]),
            "text": (frame.astype({"user": str, "item": "string"}),),
            "categories": (frame.astype({"user": "category", "item": "category"}),),
            "nullable": (frame.astype({"user": "Int64", "rating": "Float64"}),),
            "another index": (frame.set_index(np.arange(len(frame))[::-1]),),
        })

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            text, store = os.path.join(folder, "r.csv"), pathlib.Path(folder, "r.store")
            pd.DataFrame({"user": X[:, 0], "item": X[:, 1], "rating": Y}).to_csv(text, index=False)
            run("mf-data", "pack", text, "-o", str(store))
            self.check_same({"text": (text,), "a packed store": (store,)})
            with self.assertRaisesRegex(ValueError, "leave y out"):
                factors(text, Y)
            with self.assertRaises(OSError):
                factors(text + "x")

    def test_sparse_matrices(self):
        order = np.lexsort((X[:, 1], X[:, 0]))  # as a matrix has them
        expected = factors(X[order], Y[order])
        matrix = sparse.coo_matrix((Y[order], (X[order, 0], X[order, 1])))
        for form in ("coo", "csr", "csc", "lil", "dok"):
            with self.subTest(form):
                self.assertEqual(factors(matrix.copy().asformat(form)), expected)
        wide = matrix.tocsr()
        wide.indptr, wide.indices = wide.indptr.astype("i8"), wide.indices.astype("i8")
        self.assertEqual(factors(wide), expected)
        model = MatrixFactorization(rank=3, deterministic=True).fit(matrix)
        np.testing.assert_array_equal(model.predict(matrix), model.predict(X[order]))

    def test_choices_have_no_ratings(self):
        choices = {"feedback": "one-class", "valid_fraction": 0}
        expected = factors(X, np.ones(len(X)), **choices)
        frame = pd.DataFrame(X, columns=["user", "item"])
        for form in (X, frame, pd.DataFrame(X)):
            self.assertEqual(factors(form, **choices), expected)

    def test_ids_come_back_letter_for_letter(self):
        names = ["", "007", "7", "\u00e9", "\U0001f600 x", "a,b"][1:]
        model = MatrixFactorization(rank=2).fit(
            np.array([[u, "i" + i] for u in names for i in names], dtype=object),
            np.arange(25) % 5)
        self.assertEqual(set(model.user_ids_), set(names))
        ids, _ = model.recommend("007", keep_rated=True)
        self.assertEqual(set(ids), {"i" + name for name in names})
        large = np.array([[2**63 + 5, 1], [2**64 - 1, 2], [3, 1]], dtype=np.uint64)
        model = MatrixFactorization(rank=2, valid_fraction=0).fit(large, [1, 2, 3])
        self.assertEqual(set(model.user_ids_), {str(2**63 + 5), str(2**64 - 1), "3"})

    def test_nothing_is_copied_where_it_need_not_be(self):
        for kind in ("i4", "i8"):
            for array in (X.astype(kind), np.asfortranarray(X.astype(kind))):
                users, items, values = data.columns_of(array, Y)
                self.assertTrue(np.shares_memory(users, array))
                self.assertTrue(np.shares_memory(items, array))
                self.assertTrue(np.shares_memory(values, Y))
        frame = pd.DataFrame({"user": X[:, 0], "item": X[:, 1], "rating": Y})
        for column, name in zip(data.columns_of(frame), frame):
            self.assertTrue(np.shares_memory(column, frame[name].to_numpy()))
        matrix = sparse.coo_matrix((Y, (X[:, 0], X[:, 1])))
        for column, array in zip(data.columns_of(matrix), (matrix.row, matrix.col, matrix.data)):
            self.assertTrue(np.shares_memory(column, array))


class Refused(TestCase):
    def test_what_cannot_be_used(self):
        bad_y = Y.copy()
        bad_y[3] = np.nan
        holed = X.astype(float)
        holed[2, 1] = np.nan
        objects = X.astype(object)
        matrix = sparse.csr_matrix((Y, (X[:, 0], X[:, 1])))
        leading_out = matrix.copy()
        leading_out.indptr[5] = 10**6
        frame = pd.DataFrame({"user": X[:, 0], "item": X[:, 1], "rating": Y})
        for name, form, message in [
            ("one column", (X[:, :1], Y), "an array of 1 columns; expected two"),
            ("three columns", (np.c_[X, X[:, 0]], Y), "an array of 3 columns; expected two"),
            ("no array", (X[:, 0], Y), "an array of 1 dimensions; expected two columns"),
            ("too few ratings", (X, Y[1:]), "ratings; expected as many of each"),
            ("no rating", (X[:0], Y[:0]), "no rating to learn from"),
            ("a rating that is NaN", (X, bad_y), "rating 4, of user .* is nan"),
            ("infinite", (X, np.full(len(X), np.inf)), "rating 1, .* is inf"),
            ("too large", (X, np.full(len(X), 1e300)), "rating 1, .* is inf"),
            ("complex", (X, Y + 1j), "Complex data not supported"),
            ("ratings of text", (X, np.array(["good"] * len(X))), "ratings: an array of <U4"),
            ("two columns of ratings", (X, np.c_[Y, Y]), "ratings: an array of 2 dimensions"),
            ("half ids", (X + 0.5, Y), r"user ids hold the number \d+.5"),
            ("an id that is NaN", (holed, Y), "item ids hold NaN"),
            ("yes and no", (X > 5, Y), "user ids are an array of bool"),
            ("times", (X.astype("M8[s]"), Y), "user ids are an array of datetime64"),
            ("bytes", (X.astype("S"), Y), r"user ids are an array of \|S"),
            ("None", (np.where(X == X[4, 0], None, objects), Y), "id at position .* NoneType"),
            ("a list", (np.array([[[], 1]], dtype=object), [1]), "user id .* 0 is a list"),
            ("True", (np.array([[True, 1]], dtype=object), [1]), "user id .* 0 is a bool"),
            ("a float in objects", (np.array([[1.5, 1]], dtype=object), [1]), "is a float"),
            ("an empty id", (np.array([["a", ""]]), [1]), "item id at position 0 is empty"),
            ("half a character", (np.array([["\udc80", "a"]], dtype=object), [1]), "surrogates"),
            ("a matrix and ratings", (matrix, Y), "holds the ratings itself: leave y out"),
            ("offsets that lead outside", (leading_out,), "indptr of the sparse matrix leads"),
            ("a frame of one column", (frame[["rating"]],), "a frame of one column"),
            ("a missing id", (frame.astype({"user": "Int64"}).replace({"user": {1: pd.NA}}),),
             "user id at position .* NAType"),
        ]:
            with self.subTest(name), self.assertRaisesRegex(ValueError, message):
                MatrixFactorization().fit(*form)


if __name__ == "__main__":
    unittest.main()
