# SPDX-License-Identifier: MIT
"""How much faster n machines train than one: a model of the ring of panels (lib/README.md), block
by block and message by message, from a thread's speed and the sizes of messages.

    python3 bench/ring_model.py                     # the table of README.md
    python3 bench/ring_model.py --ranks 2 --threads 1 --users 69878 --items 10677 \
        --ratings 10000054 --rank 32 --speed 60 --network 40   # one case, to hold beside a run

A block takes its ratings / speed; a message waits for those before it on its link and takes its
bytes / bandwidth and the latency. Panels and bands count as equal, as they nearly are, and machines as
equally fast. What is not in it: reading, and the evaluator, which runs beside training.
"""

import argparse

MAX_PANELS = 16
BAND_BYTES = 8 << 20


def record_bytes(rank):
    """Of a row in training: row_records.hpp."""
    width = 8 if rank <= 8 else (rank + 15) // 16 * 16
    floats = width + 8
    return 4 * (floats if width <= 32 else (floats + 15) // 16 * 16)


class Case:
    def __init__(self, users, items, ratings, rank, speed, gigabits, latency):
        self.users, self.items, self.ratings = users, items, ratings
        self.item_bytes = items * record_bytes(rank)
        bands = max(users * record_bytes(rank) // BAND_BYTES + 1, 8)
        self.groups = -(-bands // MAX_PANELS)
        self.speed, self.bandwidth, self.latency = speed, gigabits * 1e9 / 8, latency

    def seconds_to_send(self, size):
        return size / self.bandwidth + self.latency

    def snapshot(self, ranks):
        """Every rank sends its items to all others, once an epoch."""
        return 0.0 if ranks == 1 else self.seconds_to_send(self.item_bytes * (ranks - 1) / ranks)

    def sent(self, ranks, blocks):
        """Bytes that all ranks send in an epoch."""
        if ranks == 1:
            return 0
        return self.item_bytes * ((self.groups if blocks else 1) * ranks + ranks - 1)

    def epoch_of_blocks(self, ranks, threads):
        panels, steps = MAX_PANELS, self.groups * MAX_PANELS
        block = self.ratings / (steps * panels) / self.speed
        message = self.item_bytes / panels / self.bandwidth
        rank_of = [min(ranks - 1, lane * ranks // panels) for lane in range(panels)]
        lanes = [[lane for lane in range(panels) if rank_of[lane] == r] for r in range(ranks)]
        free = [[0.0] * min(threads, len(of)) for of in lanes]
        link = [0.0] * ranks
        lane_done, panel_here = [0.0] * panels, [0.0] * panels
        for step in range(steps):
            next_here = [0.0] * panels
            for lane in range(panels):
                r = rank_of[lane]
                begin = max(lane_done[lane], panel_here[lane], min(free[r]))
                lane_done[lane] = begin + block
                free[r][free[r].index(min(free[r]))] = lane_done[lane]
                to = (lane - 1) % panels
                next_here[to] = lane_done[lane]
                if rank_of[to] != r:
                    link[r] = max(link[r], lane_done[lane]) + message
                    next_here[to] = link[r] + self.latency
            panel_here = next_here
        return max(panel_here) + self.snapshot(ranks)

    def epoch_of_hogwild(self, ranks, threads):
        panels = max(MAX_PANELS, 2 * ranks)
        ahead = panels // ranks  # panels that a rank has at first
        block = self.ratings / ranks / panels / self.speed / threads
        done = [[0.0] * panels for _ in range(ranks)]
        here = [[0.0] * panels for _ in range(ranks)]
        link, last = [0.0] * ranks, 0.0
        for step in range(panels):
            for r in range(ranks):
                begin = max(done[r][step - 1] if step else 0.0, here[r][step])
                done[r][step] = begin + block
                last = max(last, done[r][step])
                if ranks == 1:
                    continue
                link[r] = max(link[r], done[r][step]) + self.item_bytes / panels / self.bandwidth
                last = max(last, link[r] + self.latency)
                if step + ahead < panels:
                    here[(r - 1) % ranks][step + ahead] = link[r] + self.latency
        return last + self.snapshot(ranks)

    def epoch(self, ranks, threads, blocks):
        return (self.epoch_of_blocks if blocks else self.epoch_of_hogwild)(ranks, threads)


SHAPES = {"Netflix": (480_189, 17_770, 100_480_507), "1 billion": (8_000_000, 200_000, 10**9)}


def table(rank, speed, latency):
    print("| ratings | schedule | threads a machine | Gbit/s | MB sent an epoch, 4 machines "
          "| 4 machines | 8 | 16 | 32 |\n|---|---|---|---|---|---|---|---|---|")
    for name, (users, items, ratings) in SHAPES.items():
        for blocks, threads in [(True, 1), (False, 1), (False, 8)]:
            for gigabits in [1, 10]:
                case = Case(users, items, ratings, rank, speed, gigabits, latency)
                one = case.epoch(1, threads, blocks)
                cells = []
                for machines in [4, 8, 16, 32]:
                    if blocks and machines > MAX_PANELS:
                        cells.append("refused")
                        continue
                    seconds = case.epoch(machines, threads, blocks)
                    cells.append(f"{100 * one / seconds / machines:.0f}%")
                print(f"| {name} | {'blocks' if blocks else 'hogwild'} | {threads} | {gigabits} | "
                      f"{case.sent(4, blocks) / 1e6:.0f} | {' | '.join(cells)} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rank", type=int, default=32, help="of the factorisation")
    parser.add_argument("--speed", type=float, default=78,
                        help="million ratings a second and thread")
    parser.add_argument("--latency", type=float, default=100e-6, help="seconds")
    parser.add_argument("--ranks", type=int, help="processes: one case in place of the table")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--users", type=int)
    parser.add_argument("--items", type=int)
    parser.add_argument("--ratings", type=int)
    parser.add_argument("--network", type=float, default=1.0, help="Gbit/s")
    given = parser.parse_args()
    if given.ranks is None:
        return table(given.rank, given.speed * 1e6, given.latency)
    case = Case(given.users, given.items, given.ratings, given.rank, given.speed * 1e6,
                given.network, given.latency)
    for blocks in [True, False]:
        seconds = case.epoch(given.ranks, given.threads, blocks)
        print(f"{'blocks' if blocks else 'hogwild'}: {seconds:.4f} s an epoch, "
              f"{case.sent(given.ranks, blocks):,} bytes sent")


if __name__ == "__main__":
    main()
