"""The levers file: what it writes it reads; what is wrong in it is said, all at once."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from interfirm import DataError, UnknownName, UsageError, example
from interfirm.kernels import cluster_codes as codes
from interfirm.simulation import Plan, levers_template, read_levers, run, start, usual_policies
from interfirm.simulation.levers import settings, with_plan
from interfirm.simulation.settings import complete, parameters
from simulation.clusters import cluster


def test_the_template_is_the_usual_policies() -> None:
    made, usual = read_levers(levers_template()), usual_policies()
    assert [item.name for item in made] == [item.name for item in usual] == ["none", *codes.LEVERS]
    for one, two in zip(made, usual, strict=True):
        np.testing.assert_array_equal(one.settings(4, 20), two.settings(4, 20))
    parsed = tomllib.loads(levers_template())
    for name in codes.LEVERS:
        assert set(parsed[name]) == {"starts", "lasts", "budget", *settings()[name]}


def test_everything_wrong_is_said_at_once() -> None:
    text = ('[brokr]\nmeetings = 3\n[training]\nplases = 3\nwho = "rich"\ncapability = 1.5\n[fairs]\nbudget = 100\n'
            'places = "many"\n[lab]\nlasts = 0\n[none]\n[both]\nlevers = ["broker", "trainig"]\n')
    with pytest.raises(DataError) as problem:
        read_levers(text, "mine.toml")
    said = str(problem.value)
    for expected in ("unknown lever 'brokr'", "Perhaps 'broker' is meant", "unknown setting 'plases'",
                     "Perhaps 'places'", "who is 'rich'", "weak, any, strong", "capability is 1.5",
                     "a budget of 100 EUR", "places is 'many'", "more than 0 years", "'none' is always compared",
                     "unknown lever 'trainig'", "mine.toml"):
        assert expected in said, expected


@pytest.mark.parametrize(("text", "said"), [
    ("[broker", "not valid TOML"), ("", "no policy"), ("worker_value = -1\n[broker]\n", "worker_value"),
    ("meetings = 3\n", "outside a section"), ("[x]\nlevers = 3\n", "a list of names"),
    ('[x]\nlevers = ["broker", "broker"]\n', "pulled twice"), ("[broker]\nbudget = true\n", "a number"),
])
def test_files_that_cannot_be_read(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_levers(text)


def test_a_lever_twice_and_several_together() -> None:
    made = {item.name: item for item in read_levers(
        '[few]\nlever = "broker"\nmeetings = 4\n[broker]\n[fairs]\n[all]\nlevers = ["few", "fairs"]\n')}
    assert made["few"].number("broker", "meetings") == 4 and made["broker"].number("broker", "meetings") == 24
    assert set(made["all"].levers) == {"broker", "fairs"} and made["all"].number("broker", "meetings") == 4


def test_settings_are_those_of_a_period() -> None:
    table = read_levers("worker_value = 40000\n[training]\nplaces = 12\nstarts = 1\nlasts = 2\n")[1].settings(4, 40)
    row = table[codes.L_TRAINING]
    assert (row[codes.V_ON], row[codes.V_FIRST], row[codes.V_LAST], row[codes.V_A]) == (1, 5, 12, 3)
    fee = read_levers("worker_value = 40000\n[lab]\nfee = 2000\n")[1].settings(12, 60)[codes.L_LAB]
    assert fee[codes.V_C] == 0.05  # 2,000 of the 40,000 that a worker earns in the same time
    voucher = read_levers("worker_value = 40000\n[voucher]\ncap = 10000\n")[1].settings(12, 60)[codes.L_VOUCHER]
    assert voucher[codes.V_B] == 3.0  # a quarter of a year of a worker is three months


def test_introductions_are_those_of_the_partner_plan() -> None:
    study = example(seed=1)
    begin = start(study)
    policy = with_plan(read_levers("[introductions]\npairs = 5\nlasts = 2\n"), study, begin)[1]
    assert len(policy.pairs) == 10 and {name for both in policy.pairs for name in both} <= set(begin.actors)
    made = run(begin, seed=1, periods=8, policy=policy, events=10_000)
    met = [(begin.actors[a], begin.actors[b]) for _, kind, a, b in made.events if kind == codes.E_LEVER]
    assert met == list(policy.pairs)[:len(met)] and len(met) >= 8


def test_parameters_that_make_no_sense() -> None:
    with pytest.raises(UnknownName, match="trust_gain"):
        complete({"trust_gian": 0.1})
    for name, value in (("trust_gain", 1.2), ("search", -1.0), ("reach", 0.0), ("density", float("nan"))):
        with pytest.raises(UsageError, match=name):
            complete({name: value})
    with pytest.raises(UnknownName, match="spin_offs"):
        run(cluster(), seed=1, off=["spin_off"])
    with pytest.raises(UsageError, match="cannot be cut"):
        run(cluster(), seed=1, periods=10, every=4)


def test_drawn_parameters_stay_within_their_ranges_and_are_shared() -> None:
    plan = Plan(cluster(), tuple(usual_policies()))
    drawn = np.array([list(plan.drawn(r).values()) for r in range(200)])
    for at, item in enumerate(parameters().values()):
        assert drawn[:, at].min() >= item.low and drawn[:, at].max() <= item.high
        if np.ptp(drawn[:, at]) > 0:
            middle = (item.low + item.value + item.high) / 3
            width = np.sqrt((item.low**2 + item.value**2 + item.high**2 - item.low * item.value
                             - item.low * item.high - item.value * item.high) / 18)
            # a triangular mean of 200 draws lies within four standard errors, at this seed and in general
            assert abs(drawn[:, at].mean() - middle) < 4 * width / np.sqrt(200), item.name
    held = Plan(cluster(), tuple(usual_policies()), given={"trust_gain": 0.3})
    assert {held.drawn(r)["trust_gain"] for r in range(5)} == {0.3}
    fixed = Plan(cluster(), tuple(usual_policies()), vary=False)
    assert fixed.drawn(1) == fixed.drawn(2) == complete()
