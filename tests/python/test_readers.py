# SPDX-License-Identifier: MIT
"""The programs read sparse matrices as SciPy writes them."""
import json
import unittest

import numpy as np
import scipy.io
import scipy.sparse as sparse

from mfpar import MatrixFactorization
from support import TestCase, made_up, run

X, Y = made_up()


class Files(TestCase):
    def check_same(self, file, matrix, offset=0, **parameters):
        """Learnt from the file by mf-train, and from the matrix here."""
        options = []
        for name, value in parameters.items():
            options += ["--" + name.replace("_", "-"), str(value)]
        run("mf-train", file, "-q", "-o", self.path("a.model"), "--rank", "4", *options)
        learnt = MatrixFactorization.load(self.path("a.model"))
        model = MatrixFactorization(rank=4, **parameters)
        pairs, ratings = np.c_[matrix.row, matrix.col] + offset, matrix.data
        model.fit(pairs, ratings)
        np.testing.assert_array_equal(learnt.user_ids_, model.user_ids_)
        np.testing.assert_array_equal(learnt.item_ids_, model.item_ids_)
        np.testing.assert_array_equal(learnt.predict(pairs), model.predict(pairs))

    def test_archives_of_sparse_matrices(self):
        matrix = sparse.coo_matrix((Y, (X[:, 0], X[:, 1])))
        for form in ("csr", "csc", "coo"):
            for compressed in (False, True):
                for kind in (float, np.float32):
                    one = matrix.astype(kind).asformat(form)
                    file = self.path("matrix.npz")
                    sparse.save_npz(file, one, compressed=compressed)
                    with self.subTest(form=form, compressed=compressed, kind=kind):
                        # "blocks" for the same model whatever the threads.
                        self.check_same(file, one.tocoo(), schedule="blocks")

    def test_matrix_market(self):
        matrix = sparse.coo_matrix((Y, (X[:, 0], X[:, 1])))
        for field in ("real", "integer"):
            scipy.io.mmwrite(self.path("m.mtx"), matrix, field=field, comment="made up")
            self.check_same(self.path("m.mtx"), scipy.io.mmread(self.path("m.mtx")), offset=1,
                            schedule="blocks")
        scipy.io.mmwrite(self.path("p.mtx"), matrix, field="pattern")
        self.check_same(self.path("p.mtx"), scipy.io.mmread(self.path("p.mtx")), offset=1,
                        feedback="one-class")

    def test_choices_are_measured_by(self):
        matrix = sparse.coo_matrix((Y, (X[:, 0], X[:, 1])))
        learnt, test = matrix.copy(), matrix.copy()
        for part, of in ((learnt, slice(0, None, 2)), (test, slice(1, None, 2))):
            part.row, part.col, part.data = matrix.row[of], matrix.col[of], matrix.data[of]
        scipy.io.mmwrite(self.path("p.mtx"), test, field="pattern")
        model = MatrixFactorization(feedback="one-class", rank=4)
        model.fit(np.c_[learnt.row, learnt.col] + 1).save(self.path("a.model"))
        told = json.loads(run("mf-eval", self.path("a.model"), self.path("p.mtx"), "--ranking",
                              "--json", "--bootstrap", "0"))
        expected = model.evaluate(np.c_[test.row, test.col] + 1)
        self.assertEqual(told["ranking"]["ndcg"]["10"], expected["ranking"]["ndcg"]["10"])

    def test_symmetric_matrices(self):
        square = sparse.random(40, 40, 0.3, random_state=1)
        square.data = np.round(4 * square.data) + 1
        square = (square + square.T).tocoo()
        scipy.io.mmwrite(self.path("s.mtx"), square, symmetry="symmetric")
        told = run("mf-data", "inspect", self.path("s.mtx"))
        self.assertIn(f"{square.nnz:,}", told)


if __name__ == "__main__":
    unittest.main()
