"""SKIN: every rule by hand, every deviation where it bites, and what must hold after any run."""

from __future__ import annotations

import numpy as np
import pytest

from interfirm.errors import UnknownName, UsageError
from interfirm.kernels import skin as steps
from interfirm.kernels import skin_firms, skin_market, skin_state
from interfirm.simulation.published.skin import DEVIATIONS, SERIES, Skin, _firms, _rules, skin

pytestmark = pytest.mark.slow  # the first call compiles the model for some twenty seconds


def world(n=4, **change):
    """A state of n living firms that know nothing yet, and its rules."""
    p = Skin(firms=n, capabilities=40, products=20, in_out=20, **change)
    firms, rules = _firms(n, p.capabilities), _rules(p)
    for i in range(n):
        skin_state.clear(firms, i)
        firms.firm[i]["capital"] = p.initial_capital
    skin_state.begin(firms, np.uint64(7), 1, 0, 0)
    return firms, rules


def teach(firms, i, *triples, hypothesis=None):
    for triple in triples:
        skin_state.append(firms, i, *triple)
    positions = range(len(triples)) if hypothesis is None else hypothesis
    firms.firm[i]["length"] = len(positions)
    firms.firm[i]["hypothesis"][:len(positions)] = positions


def knows(firms, i):
    count = firms.firm[i]["triples"]
    return [(int(c), round(float(a), 6), int(e)) for c, a, e in
            zip(firms.capability[i, :count], firms.ability[i, :count], firms.expertise[i, :count], strict=True)]


def put(firms, i, product, price, *needs):
    firms.firm[i]["product"], firms.firm[i]["price"], firms.firm[i]["n_needs"] = product, price, len(needs)
    firms.firm[i]["needs"][:len(needs)] = needs


def test_length_of_the_first_knowledge():
    """Seven triples at capital 20,000 and ten at 200,000, five at least."""
    assert [skin_state.first_length(c, 20.0) for c in (20_000.0, 200_000.0, 100.0)] == [7, 10, 5]


def test_product_of_a_hypothesis():
    """(3·2 + 5·4.5) mod 16 = 12.5, so product 12 of those that are no raw material, number 16 in all."""
    firms, rules = world()
    teach(firms, 0, (3, 2.0, 1), (9, 9.0, 1), (5, 4.5, 1), hypothesis=[0, 2])
    firms.firm[0]["fresh"] = True
    skin_firms.manufacture(firms, rules, 0)
    assert firms.firm[0]["product"] == 12 + 4
    assert firms.firm[0]["price"] == 10_000  # products from 16 on are end products


def test_quality_is_worth_of_ability_by_expertise():
    firms, rules = world(adjust_expertise=False)
    teach(firms, 0, (3, 2.0, 1), (5, 4.0, 3))
    skin_firms.manufacture(firms, rules, 0)
    assert firms.firm[0]["quality"] == pytest.approx(2 * (1 - np.exp(-1)) + 4 * (1 - np.exp(-3)))


def test_practice_and_forgetting():
    """Used triples gain one up to ten, others lose one, and one at zero is forgotten and the rest moves down."""
    firms, _ = world()
    teach(firms, 0, (1, 1.0, 0), (2, 1.0, 10), (3, 1.0, 4), (4, 1.0, 0), (5, 1.0, 2), hypothesis=[1, 4])
    skin_firms.practise(firms, 0)
    assert knows(firms, 0) == [(2, 1.0, 10), (3, 1.0, 3), (5, 1.0, 3)]
    assert firms.firm[0]["hypothesis"][:2].tolist() == [0, 2]
    assert firms.where[0, [1, 2, 3, 4, 5]].tolist() == [-1, 0, 1, -1, 2]


@pytest.mark.parametrize(("strategy", "expected"), [("conservative", 2 / 3), ("progressive", (7 - 4) / 7)])
def test_attractiveness(strategy, expected):
    """Adverts {1, 2, 3} and {2, 3, 4, 5} share two."""
    firms, rules = world(strategy=strategy)
    teach(firms, 0, (1, 1.0, 1), (2, 1.0, 1), (3, 1.0, 1))
    teach(firms, 1, (2, 1.0, 1), (3, 1.0, 1), (4, 1.0, 1), (5, 1.0, 1), (1, 1.0, 1), hypothesis=[0, 1, 2, 3])
    for pair in ((0, 1), (1, 0)):
        assert skin_firms.attractiveness(firms, rules, *pair) == pytest.approx(expected)


def test_strangers_without_overlap_do_not_attract():
    firms, rules = world(strategy="progressive")
    teach(firms, 0, (1, 1.0, 1))
    teach(firms, 1, (2, 1.0, 1))
    assert skin_firms.attractiveness(firms, rules, 0, 1) == 0


def test_learning_from_a_partner():
    """The better expertise is copied, a new capability comes with one less (two at least), within the room."""
    firms, rules = world()
    teach(firms, 0, (1, 1.0, 5), (2, 1.0, 5))
    teach(firms, 1, (1, 9.0, 6), (2, 9.0, 5), (3, 9.0, 7), (4, 9.0, 1), (5, 9.0, 9), hypothesis=[0, 1, 2, 3])
    skin_state.learn(firms, rules, 0, 1)
    assert knows(firms, 0) == [(1, 9.0, 6), (2, 1.0, 5), (3, 9.0, 6), (4, 9.0, 2)]


@pytest.mark.parametrize(("compat", "most"), [((), 7), ("linear_room", 40)])
def test_room_for_what_is_learned(compat, most):
    firms, rules = world(compat=compat)
    assert skin_state.room(firms, rules, 0) == most


def chain(compat=()):
    """Firm 0 makes 8 from raw 1; firm 1 makes the end product 17 from 8; firm 2 makes 9, which nobody needs."""
    firms, rules = world(n=5, compat=compat)
    put(firms, 0, 8, 100.0, 1)
    put(firms, 1, 17, 10_000.0, 8)
    put(firms, 2, 9, 50.0, 1)
    put(firms, 3, 8, 90.0, 12)    # nobody makes 12
    put(firms, 4, 8, 100.0, 2)    # as cheap as firm 0, of better quality
    firms.firm["quality"][4] = 3.0
    stays = np.zeros(5, bool)
    skin_market.find_suppliers(firms, rules, stays)
    return firms, rules


def test_who_sells_and_trades():
    firms, _ = chain()
    assert firms.firm["selling"].tolist() == [True, True, False, False, True]
    assert firms.firm["trading"].tolist() == [True, True, False, False, True]
    assert firms.firm["supplier"][1, 0] == 4


def test_payments_rewards_and_prices():
    firms, rules = chain()
    skin_market.buy(firms, rules)
    assert (firms.firm["capital"] - 20_000).tolist() == [-1, -100 + 10_000, 0, 0, 100 - 1]
    assert firms.customer[4, 1]
    assert firms.customer.sum() == 1
    skin_market.settle(firms, rules)
    assert firms.firm["reward"].tolist() == [-1, 9_900, 0, 0, 99]
    assert firms.firm["price"].tolist() == [90, 10_000, 50, 90, 100]


def test_a_firm_that_does_not_earn_its_inputs_leaves_the_market_and_those_behind_it_follow():
    firms, rules = world(n=3)
    put(firms, 0, 8, 1.0, 1)           # price 1 is not above the raw material's 1
    put(firms, 1, 9, 50.0, 8)
    put(firms, 2, 17, 10_000.0, 9)
    stays = np.zeros(3, bool)
    skin_market.find_suppliers(firms, rules, stays)
    assert firms.firm["selling"].all()
    assert not firms.firm["trading"].any()


@pytest.mark.parametrize(("compat", "reward"), [((), 3 * 100 - 40), ("reward_per_customer", 3 * (100 - 40))])
def test_reward_of_several_customers(compat, reward):
    firms, rules = world(n=1, compat=compat)
    put(firms, 0, 8, 100.0, 1)
    firms.firm[0]["trading"], firms.firm[0]["sold"], firms.firm[0]["cost"] = True, 3, 40
    skin_market.settle(firms, rules)
    assert firms.firm[0]["reward"] == reward


@pytest.mark.parametrize(("compat", "price"), [((), 40.0), ("no_price_floor", 36.9)])
def test_floor_of_the_price(compat, price):
    firms, rules = world(n=1, compat=compat)
    put(firms, 0, 8, 41.0, 1)
    firms.firm[0]["trading"], firms.firm[0]["cost"] = True, 40
    skin_market.settle(firms, rules)
    assert firms.firm[0]["price"] == pytest.approx(price)


@pytest.mark.parametrize("compat", [(), "research_any_triple"])
def test_incremental_research_moves_one_ability(compat):
    """By ability over capability, of the hypothesis; the deviation takes the first triples instead."""
    seen = set()
    for seed in range(20):
        firms, rules = world(compat=compat)
        skin_state.begin(firms, np.uint64(seed), 1, 0, 0)
        teach(firms, 0, (2, 5.0, 1), (4, 5.0, 1), (5, 5.0, 1), (8, 5.0, 1), hypothesis=[2, 3])
        skin_firms.research(firms, rules, 0)
        change = firms.ability[0, :4] - 5.0
        at = int(np.flatnonzero(change)[0])
        assert np.count_nonzero(change) == 1
        assert abs(change[at]) == pytest.approx(5.0 / firms.capability[0, at])
        assert firms.firm[0]["capital"] == 20_000 - 100
        seen.add(at)
    assert seen == ({0, 1} if compat else {2, 3})


def test_the_direction_is_kept_until_a_bound():
    firms, rules = world()
    teach(firms, 0, (2, 9.0, 1))
    firms.firm[0]["studied"], firms.firm[0]["direction"] = 0, 1
    skin_firms.research(firms, rules, 0)
    assert firms.ability[0, 0] == 10.0
    assert firms.firm[0]["direction"] == 0


@pytest.mark.parametrize("compat", [(), "keep_hypothesis"])
def test_radical_research_when_money_is_short(compat):
    firms, rules = world(compat=compat)
    teach(firms, 0, (2, 5.0, 1), (4, 5.0, 1), (6, 5.0, 1), (8, 5.0, 1), (10, 5.0, 1), hypothesis=[0, 4])
    firms.firm[0]["capital"], firms.firm[0]["direction"] = 1000, 1
    skin_firms.research(firms, rules, 0)
    assert len(set(firms.capability[0, :5].tolist()) & {2, 4, 6, 8, 10}) == 4
    assert firms.firm[0]["fresh"]
    assert (firms.firm[0]["direction"] == 1) == bool(compat)  # a new hypothesis forgets the direction


def test_no_research_after_success():
    firms, rules = world()
    teach(firms, 0, (2, 5.0, 1))
    firms.firm[0]["reward"] = 1000
    skin_firms.research(firms, rules, 0)
    assert firms.ability[0, 0] == 5.0


@pytest.mark.parametrize(("compat", "expertise"), [((), {2}), ("expert_start_ups", {10})])
def test_start_ups_copy_the_best_firm(compat, expertise):
    """Reward 2,500 draws three; each gets the first capabilities and practises them once."""
    firms, rules = world(n=6, compat=compat)
    firms.firm["alive"][2:] = False
    teach(firms, 0, (2, 5.0, 9), (4, 6.0, 9), (6, 7.0, 9))
    firms.firm[0]["reward"] = 2500
    assert steps.start_up(firms, rules, np.uint64(1), 1) == 3
    assert firms.firm["alive"].sum() == 5
    for i in (2, 3, 4):
        assert [c for c, _, _ in knows(firms, i)] == [2, 4, 6]
        used = firms.firm[i]["hypothesis"][:firms.firm[i]["length"]]
        assert set(firms.expertise[i, used].tolist()) == expertise
        assert firms.firm[i]["capital"] == 20_000


def test_no_room_for_a_start_up_is_said():
    firms, rules = world(n=2)
    teach(firms, 0, (2, 5.0, 9), (4, 6.0, 9))
    firms.firm[0]["reward"] = 2500
    assert steps.start_up(firms, rules, np.uint64(1), 1) == steps.FULL
    with pytest.raises(UsageError, match="Give more room"):
        skin(Skin(firms=50, products=30), steps=150, seed=1, room=51)


def test_a_network_takes_in_partners_of_partners_and_pays_its_headquarters():
    firms, rules = world(n=5)
    firms.firm["alive"][4] = False
    for i in range(4):
        teach(firms, i, (i + 1, 5.0, 3), (i + 2, 5.0, i))
    for a, b in ((0, 1), (1, 2)):
        firms.partner[a, b] = firms.partner[b, a] = True
    firms.firm["capital"][:4] = [40_000, 20_000, 0, 20_000]
    firms.firm[0]["reward"] = 5000
    assert steps.found_networks(firms, rules, np.uint64(1), 1, np.zeros(5, np.int64)) == 0
    assert firms.firm["network"].tolist() == [4, 4, 4, -1, 4]
    assert firms.firm["capital"][:5] == pytest.approx([40_000 - 20_000 * 2 / 3, 20_000 - 20_000 / 3, 0, 20_000, 20_000])
    assert {c for c, _, _ in knows(firms, 4)} == {1, 2, 3, 4}
    firms.firm["capital"][4] = 20_900
    steps.share_profits(firms, rules)
    assert firms.firm["capital"][4] == 20_000
    assert firms.firm["capital"][2] == pytest.approx(300)
    firms.firm["capital"][4] = -1
    steps.share_profits(firms, rules)
    assert not firms.firm["alive"][4]
    assert (firms.firm["network"][:4] == -1).all()


def test_who_is_in_debt_leaves_and_customers_stop_trading():
    firms, _ = chain()
    firms.firm["capital"][4] = -1
    steps.administer(firms)
    assert firms.firm["alive"].tolist() == [True, True, True, True, False]
    assert firms.firm["trading"].tolist()[:2] == [True, False]


@pytest.mark.parametrize(("compat", "kept"), [((), False), ("keep_partners", True)])
def test_partnerships_last_a_step_or_for_good(compat, kept):
    firms, rules = world(n=2, compat=compat, strategy="none")
    for i in range(2):
        teach(firms, i, (i + 1, 5.0, 3), (i + 2, 5.0, 3))
    firms.partner[0, 1] = firms.partner[1, 0] = True
    steps.turn(firms, rules, np.uint64(1), 1, np.arange(2), np.zeros(2, np.int64))
    assert bool(firms.partner[0, 1]) == kept


SMALL = {"firms": 60, "products": 30}


def test_money_is_made_and_spent_only_as_the_rules_say():
    """Without research, partners and start-ups: end sales come in, raw materials and depreciation go out."""
    p = Skin(**SMALL, strategy="none", incremental=False, radical=False, start_ups=False, networking=False)
    firms, rules = _firms(60, p.capabilities), _rules(p)
    row = np.zeros(len(SERIES))
    for i in range(60):
        skin_state.begin(firms, np.uint64(3), 0, i, 0)
        skin_state.bear(firms, rules, i, p.initial_capital)
        skin_firms.manufacture(firms, rules, i)
    queue, stays = np.zeros(60, np.int64), np.zeros(60, bool)
    for period in range(1, 30):
        before = firms.firm["capital"][firms.firm["alive"]].sum()
        n = firms.firm["alive"].sum()
        assert steps.step(firms, rules, np.uint64(3), period, queue, stays, row)
        f = firms.firm[firms.firm["alive"] & firms.firm["trading"]]
        raw = sum(int((one["supplier"][:one["n_needs"]] == -1).sum()) for one in f)
        ends = int((f["product"] >= rules["first_end"]).sum())
        assert firms.firm["alive"].sum() == n
        assert firms.firm["capital"][firms.firm["alive"]].sum() == pytest.approx(
            before + ends * 10_000 - raw - 100 * n)


def test_the_same_whatever_the_workers_and_the_number_of_replications():
    one = skin(Skin(**SMALL), steps=25, replications=3, seed=5)
    assert np.array_equal(one.values, skin(Skin(**SMALL), steps=25, replications=3, seed=5, workers=2).values)
    assert np.array_equal(one.values[:1], skin(Skin(**SMALL), steps=25, seed=5).values)
    assert not np.array_equal(one.values[0], one.values[1])


@pytest.mark.parametrize("name", DEVIATIONS)
def test_every_deviation_changes_the_course(name):
    # A price reaches the floor only where the product stays: without research and partners.
    still = {"strategy": "none", "incremental": False, "radical": False} if name == "no_price_floor" else {}
    plain, other = (skin(Skin(**SMALL, **still, compat=c), steps=80, replications=4, seed=2) for c in ((), name))
    assert not np.array_equal(plain.values, other.values)


def test_switches_switch_off():
    none = skin(Skin(**SMALL, strategy="none"), steps=30, seed=1)
    assert not none.mean("partnered").any()
    alone = skin(Skin(**SMALL, networking=False, start_ups=False), steps=30, seed=1)
    assert not alone.mean("networks").any()
    assert not alone.mean("start_ups").any()
    assert (np.diff(alone.mean("firms")) <= 0).all()


def test_the_table_and_its_outputs():
    run = skin(Skin(**SMALL), steps=4, replications=2, seed=1)
    table = run.table()
    assert table.shape == (8, 2 + len(SERIES))
    assert table.query("replication == 1 and step == 3")["trading"].item() == run.values[1, 2, SERIES.index("trading")]
    assert ((run.values[:, :, 3:8] >= 0) & (run.values[:, :, 3:8] <= 100)).all()
    with pytest.raises(UnknownName):
        run.mean("tradin")


@pytest.mark.parametrize("change", [{"firms": 0}, {"big": 101}, {"in_out": 50}, {"inputs": 7}, {"longest": 10},
                                    {"capabilities": 3}, {"products": 2}, {"initial_capital": 0}])
def test_parameters_that_cannot_run(change):
    with pytest.raises(UsageError, match=next(iter(change))):
        Skin(**change)


def test_unknown_words():
    with pytest.raises(UnknownName, match="keep_partners"):
        Skin(compat=["keep_partner"])
    with pytest.raises(UnknownName, match="progressive"):
        Skin(strategy="progresive")
