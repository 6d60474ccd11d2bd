# SPDX-License-Identifier: MIT
"""Learns who likes which films, and what a guest would: films.py RATINGS.csv MOVIES.csv

The files are those of MovieLens, or any with users, items and ratings, and with items and titles,
in their first columns.
"""
import sys

import pandas as pd
from mfpar import MatrixFactorization

ratings = pd.read_csv(sys.argv[1]).iloc[:, :3]
titles = dict(pd.read_csv(sys.argv[2]).iloc[:, :2].to_numpy())


def show(lists):
    for item, score in zip(*lists):
        print(f"  {score:7.3f}  {titles[item]}")


test = ratings.sample(frac=0.1, random_state=1)
train = ratings.drop(test.index)
model = MatrixFactorization(feedback="both", deterministic=True).fit(train)
errors = model.evaluate(test, ranking=True, relevant=4)
print(f"RMSE {errors['rmse']:.3f}, of biases alone {errors['baseline_bias_mse'] ** 0.5:.3f}; "
      f"NDCG@10 {errors['ranking']['ndcg']['10']:.3f}")

user, film = train.iloc[0, 0], train.iloc[:, 1].mode()[0]
print(f"User {user} would like")
show(model.recommend(user, top=5))
print(f"Seen by the same people as {titles[film]}")
show(model.similar_items(film, top=3))
guest = model.fold_in({film: 5.0})
print("Somebody who loves it would choose")
show(guest.recommend(top=3))
unliked = guest.recommend(top=1)[0][0]
guest.rate(unliked, 1.0)
print(f"and who did not like {titles[unliked]}")
show(guest.recommend(top=3))
