"""Numbers that the kernels of the learning cluster and their callers share: parameters, rules, levers, draws, outputs.

Parameters, rules and outputs have their meaning in ``simulation/parameters.csv``, ``rules.csv`` and
``outputs.csv``; tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np


def _numbers(count: int) -> Iterator[Any]:
    """0 … count - 1, as numbers for which a kernel has one compiled form, not one form for each of them."""
    return map(np.int64, range(count))


PARAMETERS = (
    "search", "density", "recip", "closure", "popularity", "same_sector", "near", "fit", "capable",
    "horizon", "consider", "wide",
    "demand_spread", "demand_common", "size_adjust", "market_erosion",
    "margin", "subcontract_wage", "upkeep", "tie_cost",
    "alliance", "entry_cost", "optimism", "look_ahead", "discount",
    "relational", "norm", "future", "alternative", "exit_cost", "lock", "exit_rate",
    "trust_start", "trust_third", "trust_gain", "trust_loss", "trust_imbalance", "let_down",
    "commitment_rate",
    "coordination_rate", "coordination_ratio",
    "socialisation", "externalisation", "combination", "internalisation", "forget_tacit", "forget_explicit",
    "reach", "spillover", "external_learning", "external_rate", "external_decay",
    "effort_benefit", "effort_cost", "effort_scale", "effort_power", "effort_yield", "incentive", "saving", "pooling",
    "capability_decay", "effort_price",
    "innovation", "joint_innovation", "joint_trust", "innovation_step", "innovation_growth", "innovation_value",
    "insolvent", "failure", "mortality", "spin_off", "spin_share", "entrants", "entrant_level",
)
(SEARCH, DENSITY, RECIP, CLOSURE, POPULARITY, SAME_SECTOR, NEAR, FIT, CAPABLE,
 HORIZON, CONSIDER, WIDE,
 DEMAND_SPREAD, DEMAND_COMMON, SIZE_ADJUST, MARKET_EROSION,
 MARGIN, SUBCONTRACT_WAGE, UPKEEP, TIE_COST,
 ALLIANCE, ENTRY_COST, OPTIMISM, LOOK_AHEAD, DISCOUNT,
 RELATIONAL, NORM, FUTURE, ALTERNATIVE, EXIT_COST, LOCK, EXIT_RATE,
 TRUST_START, TRUST_THIRD, TRUST_GAIN, TRUST_LOSS, TRUST_IMBALANCE, LET_DOWN,
 COMMITMENT_RATE,
 COORDINATION_RATE, COORDINATION_RATIO,
 SOCIALISATION, EXTERNALISATION, COMBINATION, INTERNALISATION, FORGET_TACIT, FORGET_EXPLICIT,
 REACH, SPILLOVER, EXTERNAL_LEARNING, EXTERNAL_RATE, EXTERNAL_DECAY,
 EFFORT_BENEFIT, EFFORT_COST, EFFORT_SCALE, EFFORT_POWER, EFFORT_YIELD, INCENTIVE, SAVING, POOLING,
 CAPABILITY_DECAY, EFFORT_PRICE,
 INNOVATION, JOINT_INNOVATION, JOINT_TRUST, INNOVATION_STEP, INNOVATION_GROWTH, INNOVATION_VALUE,
 INSOLVENT, FAILURE, MORTALITY, SPIN_OFF, SPIN_SHARE, ENTRANTS, ENTRANT_LEVEL) = _numbers(len(PARAMETERS))

RULES = (
    "demand", "outsourcing", "search", "entry", "stay", "coordination", "trust", "commitment",
    "effort", "socialisation", "externalisation", "combination", "internalisation", "cognitive_distance",
    "absorptive_capacity", "spillovers", "external_links", "innovation", "joint_innovation",
    "payoffs", "firm_exit", "spin_offs", "entrants",
)
(R_DEMAND, R_OUTSOURCING, R_SEARCH, R_ENTRY, R_STAY, R_COORDINATION, R_TRUST, R_COMMITMENT,
 R_EFFORT, R_SOCIALISATION, R_EXTERNALISATION, R_COMBINATION, R_INTERNALISATION, R_DISTANCE,
 R_ABSORPTIVE, R_SPILLOVERS, R_EXTERNAL, R_INNOVATION, R_JOINT,
 R_PAYOFFS, R_FIRM_EXIT, R_SPIN_OFFS, R_ENTRANTS) = _numbers(len(RULES))

LEVERS = ("broker", "voucher", "lab", "fairs", "training", "anchor", "introductions", "standards")
(L_BROKER, L_VOUCHER, L_LAB, L_FAIRS, L_TRAINING, L_ANCHOR, L_INTRODUCTIONS, L_STANDARDS) = _numbers(len(LEVERS))
# Columns of the table of levers: on, first and last period, budget, cost of one unit, then settings of its own.
V_ON, V_FIRST, V_LAST, V_BUDGET, V_PRICE, V_A, V_B, V_C, V_D = _numbers(9)
SETTINGS = 9

(D_COMMON, D_DEMAND, D_ORDER, D_TIMES, D_SAMPLE, D_CHOICE, D_ALLIANCE, D_PARTNER, D_LET_DOWN, D_LEAVE, D_COORDINATE,
 D_EXTERNAL, D_SINGLE, D_JOINT, D_FAIL, D_SPIN, D_ENTER, D_ENTRANT, D_LEVER, D_LEVER_FIRST, D_LEVER_SECOND,
 D_LAB, D_START) = _numbers(23)

OUTPUTS = (
    "innovations", "joint_innovations", "capability", "knowledge", "tacit", "explicit", "trust", "disparity",
    "firms", "exits", "entries", "ties", "exchange_ties", "knowledge_ties", "coordination_ties",
    "two_way", "reciprocity", "closure", "connected", "degree_inequality", "openness", "openness_concentration",
    "commitment", "capital", "served", "ended_ties", "made_ties", "made_ties_alive", "cost", "small_capability",
    "socialised", "externalised", "combined", "internalised", "effort",
)
(O_INNOVATIONS, O_JOINT, O_CAPABILITY, O_KNOWLEDGE, O_TACIT, O_EXPLICIT, O_TRUST, O_DISPARITY,
 O_FIRMS, O_EXITS, O_ENTRIES, O_TIES, O_EXCHANGE, O_KNOWLEDGE_TIES, O_COORDINATION,
 O_TWO_WAY, O_RECIPROCITY, O_CLOSURE, O_CONNECTED, O_DEGREE, O_OPENNESS, O_CONCENTRATION,
 O_COMMITMENT, O_CAPITAL, O_SERVED, O_ENDED, O_MADE, O_MADE_ALIVE, O_COST, O_SMALL,
 O_SOCIALISED, O_EXTERNALISED, O_COMBINED, O_INTERNALISED, O_EFFORT) = _numbers(len(OUTPUTS))

EVENTS = ("asked", "stopped_asking", "allied", "ended", "innovated", "innovated_jointly", "failed", "spun_off",
          "entered", "coordinated", "released", "let_down", "external_link", "lever")
(E_ASKED, E_STOPPED, E_ALLIED, E_ENDED, E_INNOVATED, E_JOINT, E_FAILED, E_SPUN, E_ENTERED, E_COORDINATED, E_RELEASED,
 E_LET_DOWN, E_EXTERNAL, E_LEVER) = _numbers(len(EVENTS))

# Places of the whole-number and floating-point memory of a run.
(N_FIRMS, N_TOP, N_FREE_TIES, N_FREE_FIRMS, N_EVENTS, N_INNOVATIONS, N_JOINT, N_EXITS, N_ENTRIES, N_ENDED, N_MADE,
 N_PAIR, N_INITIAL, N_SMALL) = _numbers(14)
(F_SERVED, F_SOCIALISED, F_EXTERNALISED, F_COMBINED, F_INTERNALISED, F_EFFORT) = _numbers(6)
SEED, REPLICATION, PERIOD = _numbers(3)

MODES = 7
ADVANTAGES = 8
Z_SUPPLIERS, Z_LABOUR, Z_NEAR, Z_MARKET, Z_SPILLOVER, Z_VERTICAL, Z_HORIZONTAL, Z_MULTILATERAL = _numbers(ADVANTAGES)

FIRM = np.dtype([
    ("alive", "i8"), ("born", "i8"), ("home", "i8"), ("place", "i8"), ("sector", "i8"), ("origin", "i8"),
    ("degree", "i8"), ("asked", "i8"), ("made", "i8"), ("joint", "i8"), ("made_now", "i8"), ("lab", "i8"),
    ("small", "i8"),
    ("workers", "f8"), ("market", "f8"), ("capital", "f8"), ("capability", "f8"), ("absorptive", "f8"),
    ("openness", "f8"), ("institutions", "f8"), ("east", "f8"), ("north", "f8"),
    ("demand", "f8"), ("idle", "f8"), ("excess", "f8"), ("income", "f8"), ("stress", "f8"), ("effort", "f8"),
    ("effort_cost", "f8"),
])
TIE = np.dtype([
    ("a", "i8"), ("b", "i8"), ("live", "i8"), ("ask_ab", "i8"), ("ask_ba", "i8"), ("exchange", "i8"), ("boss", "i8"),
    ("maker", "i8"), ("since", "i8"), ("joint", "i8"),
    ("trust_ab", "f8"), ("trust_ba", "f8"), ("commitment", "f8"), ("flow_ab", "f8"), ("flow_ba", "f8"),
    ("total_ab", "f8"), ("total_ba", "f8"), ("net_a", "f8"), ("net_b", "f8"),
])

# Arguments that are plain Python numbers in kernels would give each callee one compiled form for each value.
NO, YES, NOBODY = np.int64(0), np.int64(1), np.int64(-1)
SPUN_OFF, FROM_ELSEWHERE, ANCHOR = np.int64(2), np.int64(1), np.int64(3)
