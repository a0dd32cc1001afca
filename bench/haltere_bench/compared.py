"""What a ratio is worth on a machine that also does other things: medians, and how sure they are."""

import math
import random

# One number per window, a list per round.
Rounds = list[list[float]]
RESAMPLES = 2_000


def ratio(beside: Rounds, without: Rounds) -> tuple[float, tuple[float, float]]:
    """Median of the windows of the one divided by that of the other, and between what it lies with 95 %
    certainty: rounds are drawn anew again and again (bootstrap), whole ones, since what disturbs one
    window disturbs the next."""
    chance = random.Random(0)

    def drawn(rounds: Rounds) -> float:
        return median([value for values in chance.choices(rounds, k=len(rounds)) for value in values])

    ratios = sorted(drawn(beside) / drawn(without) for _ in range(RESAMPLES))
    value = median(sum(beside, [])) / median(sum(without, []))
    return value, (ratios[RESAMPLES // 40], ratios[-1 - RESAMPLES // 40])


def median(values: list[float]) -> float:
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def interval(values: list[float], sure: float = 0.95) -> tuple[float, float]:
    """Between which of the values their true median lies with this certainty, however they are spread;
    of less than six, between the smallest and the largest."""
    ordered, n = sorted(values), len(values)
    outside, rank = 0.0, 0
    while rank < n // 2 and (outside := outside + 2 * math.comb(n, rank) / 2**n) <= 1 - sure:
        rank += 1
    return ordered[max(0, rank - 1)], ordered[n - max(1, rank)]


def rounded(rounds: Rounds) -> Rounds:
    return [[round(value, 3) for value in values] for values in rounds]
