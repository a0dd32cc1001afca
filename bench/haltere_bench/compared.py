"""What a ratio is worth on a machine that also does other things: medians, and how sure they are."""

import math
import random

# One number per window, a list per round.
Rounds = list[list[float]]
RESAMPLES = 2_000


def ratio(during: Rounds, without: Rounds) -> tuple[float, tuple[float, float]]:
    """Median of the windows of the one divided by that of the other, and between what it lies with 95 %
    certainty: rounds are drawn again and again (bootstrap), whole ones, since what disturbs one
    window disturbs the next."""
    chance = random.Random(0)

    def drawn(rounds: Rounds) -> float:
        return median([value for values in chance.choices(rounds, k=len(rounds)) for value in values])

    ratios = [drawn(during) / drawn(without) for _ in range(RESAMPLES)]
    value = median(sum(during, [])) / median(sum(without, []))
    return value, _middle_of(ratios)


def resampled(of, rounds: int) -> tuple[float, float]:
    """The interval of `of` over rounds drawn again and again."""
    chance = random.Random(0)
    return _middle_of([of(chance.choices(range(rounds), k=rounds)) for _ in range(RESAMPLES // 4)])


def _middle_of(drawn: list[float]) -> tuple[float, float]:
    ordered, outside = sorted(drawn), len(drawn) // 40
    return ordered[outside], ordered[-1 - outside]


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
