# SPDX-License-Identifier: MIT
"""What happens while the Python package learns: epochs, interrupts, other threads."""
import os
import signal
import threading
import time
import unittest

import numpy as np

from mfpar import MatrixFactorization
from support import TestCase, made_up

X, Y = made_up()


def learnt(**parameters):
    return MatrixFactorization(deterministic=True, rank=4, **parameters).fit(X, Y)


class Training(TestCase):
    def test_epochs_are_told_in_this_thread(self):
        told = []
        model = MatrixFactorization(rank=4, epochs=3, no_refit=True)
        model.fit(X, Y, on_epoch=lambda e: told.append((e, threading.get_ident())))
        self.assertEqual([e for e, _ in told], model.history_)
        self.assertEqual([e["epoch"] for e in model.history_], [0, 1, 2, 3])
        self.assertEqual({thread for _, thread in told}, {threading.get_ident()})
        self.assertLess({"train_mse", "valid_mse", "objective"}, set(model.history_[1]))

    def test_what_a_callback_raises_ends_the_training(self):
        def refuse(epoch):
            if epoch["epoch"] == 2:
                raise KeyError("enough")
        begin = time.monotonic()
        with self.assertRaisesRegex(KeyError, "enough"):
            MatrixFactorization(epochs=1000000, patience=0).fit(X, Y, on_epoch=refuse)
        self.assertLess(time.monotonic() - begin, 30)

    def test_an_interrupt_leaves_the_model_so_far(self):
        def interrupt(epoch):
            if epoch["epoch"] == 3:
                os.kill(os.getpid(), signal.SIGINT)
        model = MatrixFactorization(rank=4, epochs=1000000, patience=0)
        with self.assertWarnsRegex(RuntimeWarning, "interrupted; the model is that of epoch"):
            model.fit(X, Y, on_epoch=interrupt)
        self.assertEqual(model.outcome_, "interrupted")
        self.assertGreaterEqual(model.n_iter_, 1)
        self.assertGreater(model.score(X, Y), 0.1)

    def test_a_second_interrupt_is_raised(self):
        # Sweeps that take long, within which training is not ended.
        model = MatrixFactorization(method="gibbs", rank=256, threads=1, eval_every=0)
        big_x, big_y = made_up(users=3000, items=300)
        timers = [threading.Timer(after, os.kill, (os.getpid(), signal.SIGINT))
                  for after in (0.3, 0.45)]
        for timer in timers:
            timer.start()
        with self.assertRaises(KeyboardInterrupt):
            model.fit(big_x, big_y)
        for timer in timers:
            timer.join()
        self.assertFalse(hasattr(model, "model_"))

    def test_other_threads_run_meanwhile(self):
        counted, done = [0], threading.Event()

        def count():
            while not done.wait(0.001):
                counted[0] += 1
        thread = threading.Thread(target=count)
        thread.start()
        big_x, big_y = made_up(users=500, items=300)
        MatrixFactorization(epochs=40, patience=0, threads=1).fit(big_x, big_y)
        done.set()
        thread.join()
        self.assertGreater(counted[0], 10)

    def test_every_loss_is_learnt_saved_and_folded_in(self):
        labels = (Y > np.median(Y)).astype(int)
        for loss, values, more in [
                ("squared", Y, {"nonnegative": True, "no_biases": True}),
                ("squared", Y, {"l1_factors": 0.05, "seeds": 2}), ("absolute", Y, {}),
                ("huber:0.5", Y, {"step_rule": "sgd"}), ("poisson", Y - Y.min() + 1, {}),
                ("logistic", labels, {}), ("hinge", labels, {"nonnegative": True}),
                ("squared-hinge", 2 * labels - 1, {"seeds": 2})]:
            with self.subTest(loss=loss, **more):
                model = MatrixFactorization(loss=loss, rank=4, epochs=10, **more).fit(X, values)
                is_label = len(np.unique(values)) == 2
                self.assertGreater(model.score(X, values), 0.6 if is_label else 0.1)
                model.save(self.path("loss.model"))
                again = MatrixFactorization.load(self.path("loss.model"))
                np.testing.assert_array_equal(again.predict(X[:9]), model.predict(X[:9]))
                guest = model.fold_in({X[0][1]: max(values), X[1][1]: min(values)})
                self.assertEqual(len(guest.recommend(top=3)[0]), 3)

    def test_it_validates_on_what_it_is_given(self):
        test_x, test_y = X[::5], Y[::5]
        model = MatrixFactorization(rank=4, deterministic=True)
        with self.assertWarnsRegex(UserWarning, "validation ratings are of"):
            model.fit(X, Y, valid=(test_x, test_y))
        best = model.history_[[e["epoch"] for e in model.history_].index(model.n_iter_)]
        self.assertAlmostEqual(best["valid_mse"], model.evaluate(test_x, test_y)["mse"], 5)

    def test_it_goes_on_from_another_model(self):
        first = learnt(epochs=5)
        first.save(self.path("first.model"))
        for warm_start in [first, self.path("first.model")]:
            model = MatrixFactorization(rank=4, epochs=1, deterministic=True, no_refit=True)
            model.fit(X, Y, warm_start=warm_start)
            self.assertLess(model.history_[0]["train_mse"], 0.9 * np.var(Y))
        with self.assertRaisesRegex(ValueError, "rank"):
            MatrixFactorization(rank=5).fit(X, Y, warm_start=first)

    def test_what_was_cut_off_goes_on(self):
        whole = learnt(epochs=5)
        whole.save(self.path("whole.model"))
        folder = self.path("checkpoints")

        def stop(epoch):
            if epoch["epoch"] == 3:
                raise RuntimeError("cut off")

        model = MatrixFactorization(rank=4, epochs=5, deterministic=True)
        with self.assertRaisesRegex(RuntimeError, "cut off"):
            model.fit(X, Y, checkpoint=folder, checkpoint_every=1, on_epoch=stop)
        with self.assertRaisesRegex(ValueError, "holds the checkpoint of a training"):
            model.fit(X, Y, checkpoint=folder)
        model.fit(X, Y, checkpoint=folder, checkpoint_every="30s", resume=True)
        model.save(self.path("resumed.model"))
        with open(self.path("whole.model"), "rb") as a, open(self.path("resumed.model"), "rb") as b:
            self.assertEqual(a.read(), b.read())

    def test_features_are_read(self):
        with open(self.path("items.csv"), "w", encoding="utf-8") as file:
            file.write("item,genre\n" + "".join(f"{1001 + i},{'ab'[i % 2]}\n" for i in range(45)))
        model = learnt(item_features=self.path("items.csv"))
        self.assertEqual(len(model.item_ids_), 45)
        self.assertTrue(np.isfinite(model.predict([[1, 1045]])).all())


if __name__ == "__main__":
    unittest.main()
