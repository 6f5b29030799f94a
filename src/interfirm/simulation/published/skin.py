"""Innovation networks of firms with knowledge: the model SKIN, from its rules.

Implemented from the published descriptions. Seven places where the widely used NetLogo version 5.32 does
otherwise than its documentation says are switches: :data:`DEVIATIONS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from interfirm.errors import UnknownName, UsageError
from interfirm.kernels import skin as kernel
from interfirm.kernels.skin_state import FIRM, HYPOTHESIS, INPUTS, RULES, Firms

if TYPE_CHECKING:
    import pandas as pd

DEVIATIONS: Final = {
    "research_any_triple": "incremental research may pick a triple outside the innovation hypothesis",
    "keep_hypothesis": "radical research keeps the positions of the hypothesis instead of drawing a new one",
    "keep_partners": "partnerships are never dissolved, so partners and their cost accumulate",
    "linear_room": "room for learned triples is capital / ratio + 1 instead of its logarithm",
    "expert_start_ups": "start-ups copy the expertise of their model instead of starting at 1",
    "reward_per_customer": "reward counts the input cost once a customer, though it is paid once",
    "no_price_floor": "a price may fall below the cost of the inputs",
}
SERIES: Final = ("firms", "networks", "log_capital", "partnered", "in_network", "selling", "trading", "successes",
                 "start_ups", "sales", "profit", "radical_research")
STRATEGIES: Final = ("none", "conservative", "progressive")
NETLOGO: Final = "nlogo-5.32"


@dataclass(frozen=True)
class Skin:
    """Parameters of the model; the defaults are the saved interface values of version 5.32.

    Parameters
    ----------
    firms, big
        Number of firms, and the percentage of them that starts with ten times the capital.
    products, in_out
        Number of products, and the percentage at either end that are raw materials and end products.
    inputs
        Most inputs of a product.
    capabilities, longest
        How many capabilities there are; an innovation hypothesis has 2 to ``longest`` + 1 of them.
    initial_capital, low_capital, depreciation, research_cost, collaboration_cost
        Money: at the start; below which research turns radical; paid every step; paid per research;
        paid per partner and step.
    max_price, end_price, raw_cost
        Highest first price; price of an end product; price of a raw material.
    strategy
        ``"none"``, ``"conservative"`` (overlap of adverts) or ``"progressive"`` (what is new, given overlap).
    attractiveness, success, start_up
        Least attractiveness of a partner; reward that counts as success; reward that draws start-ups.
    incremental, radical, networking, start_ups, adjust_price, adjust_expertise
        Switches of the mechanisms.
    compat
        Names from :data:`DEVIATIONS`, or all of them as ``"nlogo-5.32"``.
    """

    firms: int = 500
    big: float = 10.0
    products: int = 100
    in_out: float = 10.0
    inputs: int = 4
    capabilities: int = 1000
    longest: int = 9
    initial_capital: float = 20_000.0
    capital_ratio: float = 20.0
    low_capital: float = 1000.0
    depreciation: float = 100.0
    research_cost: float = 100.0
    collaboration_cost: float = 100.0
    candidates: int = 5
    max_price: float = 1000.0
    end_price: float = 10_000.0
    raw_cost: float = 1.0
    strategy: str = "conservative"
    attractiveness: float = 0.3
    success: float = 1000.0
    start_up: float = 1200.0
    incremental: bool = True
    radical: bool = True
    networking: bool = True
    start_ups: bool = True
    adjust_price: bool = True
    adjust_expertise: bool = True
    compat: str | Sequence[str] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be run, all at once."""
        wrong = [text for bad, text in _checks(self) if bad]
        if wrong:
            raise UsageError("SKIN cannot run with these parameters: " + "; ".join(wrong) + ".")
        for name in self.deviations:
            if name not in DEVIATIONS:
                raise UnknownName("deviation", name, [*DEVIATIONS, NETLOGO])
        if self.strategy not in STRATEGIES:
            raise UnknownName("strategy", self.strategy, STRATEGIES)

    @property
    def deviations(self) -> tuple[str, ...]:
        """The deviations that are on."""
        if self.compat == NETLOGO:
            return tuple(DEVIATIONS)
        return (self.compat,) if isinstance(self.compat, str) else tuple(self.compat)


def _checks(p: Skin) -> Iterable[tuple[bool, str]]:
    yield p.firms < 1, f"firms is {p.firms}, at least 1 is needed"
    yield not 0 <= p.big <= 100, f"big is {p.big}, a percentage from 0 to 100 is expected"
    yield not 0 < p.in_out < 50, f"in_out is {p.in_out}, a percentage between 0 and 50 is expected"
    yield not 1 <= p.inputs <= INPUTS, f"inputs is {p.inputs}, 1 to {INPUTS} are possible"
    yield not 1 <= p.longest <= HYPOTHESIS - 1, f"longest is {p.longest}, 1 to {HYPOTHESIS - 1} are possible"
    yield p.capabilities < 20, f"capabilities is {p.capabilities}, at least 20 are needed"
    yield not p.products >= 4, f"products is {p.products}, at least 4 are needed"
    yield p.initial_capital <= 0, f"initial_capital is {p.initial_capital}, it must be above 0"
    yield p.capital_ratio <= 0, f"capital_ratio is {p.capital_ratio}, it must be above 0"
    yield p.candidates < 1, f"candidates is {p.candidates}, at least 1 is needed"
    yield p.max_price < 1, f"max_price is {p.max_price}, at least 1 is needed"


@dataclass(frozen=True)
class SkinRun:
    """Every step of every replication: ``values[replication, step, output]``, outputs in the order of SERIES."""

    parameters: Skin
    seed: int
    values: NDArray[np.float64] = field(repr=False)

    def table(self) -> pd.DataFrame:
        """One row a replication and step."""
        import pandas as pd

        replications, steps, _ = self.values.shape
        frame = pd.DataFrame(self.values.reshape(-1, len(SERIES)), columns=list(SERIES))
        frame.insert(0, "step", np.tile(np.arange(1, steps + 1), replications))
        frame.insert(0, "replication", np.repeat(np.arange(replications), steps))
        return frame

    def mean(self, output: str) -> NDArray[np.float64]:
        """Mean over replications of one output, by step."""
        if output not in SERIES:
            raise UnknownName("output", output, SERIES)
        result: NDArray[np.float64] = self.values[:, :, SERIES.index(output)].mean(axis=0)
        return result


def skin(parameters: Skin | None = None, *, steps: int = 200, replications: int = 1, seed: int, workers: int = 1,
         room: int | None = None) -> SkinRun:
    """Run the model SKIN.

    Firms hold triples of capability, ability and expertise, offer a product made of some of them, learn
    from partners, research, trade inputs on a market, found start-ups and networks, and leave when in
    debt [gilbert2001].

    Parameters
    ----------
    parameters
        :class:`Skin`; the defaults if None.
    steps, replications
        Steps of a run, and independent runs.
    seed
        Seed; replication k is the same whatever the number of workers or replications.
    workers
        Threads.
    room
        Most firms and headquarters alive at once; four times the firms at the start plus 200 if None.

    Returns
    -------
    SkinRun

    Raises
    ------
    UsageError
        When more firms live at once than there is room for.

    Examples
    --------
    >>> run = skin(Skin(firms=50, products=30), steps=20, seed=1)
    >>> run.values.shape
    (1, 20, 12)
    """
    p = parameters or Skin()
    if steps < 1 or replications < 1 or workers < 1:
        raise UsageError("steps, replications and workers must be at least 1.")
    places = room if room is not None else 4 * p.firms + 200
    if places < p.firms:
        raise UsageError(f"room is {places}, fewer than the {p.firms} firms at the start.")
    rules, out = _rules(p), np.zeros((replications, steps, len(SERIES)))

    def one(replication: int) -> int:
        return int(kernel.run(_firms(places, p.capabilities), rules, seed, replication, p.firms,
                              round(p.firms * p.big / 100), 10.0, out[replication]))

    with ThreadPoolExecutor(workers) as pool:
        done = list(pool.map(one, range(replications)))
    if min(done) < steps:
        raise UsageError(f"More than {places} firms and headquarters were alive at once in step {min(done) + 1}. "
                         "Give more room, e.g. room=" + f"{4 * places}.")
    return SkinRun(p, seed, out)


def _rules(p: Skin) -> Any:
    """The parameters as one record."""
    values: dict[str, Any] = {name: value for name, value in asdict(p).items() if name in (RULES.names or ())}
    values |= {"raw": int(p.products * p.in_out / 100),
               "first_end": int(np.ceil(p.products * (100 - p.in_out) / 100)),
               "strategy": STRATEGIES.index(p.strategy)}
    values |= {name: name in p.deviations for name in DEVIATIONS}
    record = np.zeros(1, RULES)
    for name, value in values.items():
        record[name] = value
    return record[0]


def _firms(n: int, capabilities: int) -> Firms:
    """An empty state with room for n firms."""
    def no(*shape: int) -> NDArray[np.bool_]:
        return np.zeros(shape, np.bool_)

    return Firms(
        firm=np.zeros(n, FIRM), capability=np.zeros((n, capabilities), np.int32), ability=np.zeros((n, capabilities)),
        expertise=np.zeros((n, capabilities), np.int32), where=np.full((n, capabilities + 1), -1, np.int32),
        partner=no(n, n), earlier=no(n, n), customer=no(n, n), counts=np.zeros(1, np.int64),
        key=np.zeros(2, np.uint64))
