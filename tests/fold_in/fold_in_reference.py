# SPDX-License-Identifier: MIT
#
# Prints the reference numbers of test_fold_in.cpp: python3 tests/fold_in/fold_in_reference.py
# (scikit-learn 1.2.1; Debian's package python3-sklearn)
import numpy as np
from sklearn.linear_model import Ridge

# Rows of Q: item i, factor k. Exact in single precision.
Q = np.array([[((7 * i + 3 * k) % 11 - 5) / 4 for k in range(3)] for i in range(8)])


def show(items, values, alpha):
    ridge = Ridge(alpha=alpha, fit_intercept=False).fit(Q[items], values)
    print(items, values, alpha, [float("%.12g" % x) for x in ridge.coef_])


show([0, 1, 2, 3, 4, 5, 6, 7], [4, 3.5, 1, 5, 2, 2.5, 0.5, 4], 0.5)
show([6, 2, 4], [1, -2, 3], 0.125)
show([1, 5], [4, 2], 2.0)
show([3], [5], 1.0)
