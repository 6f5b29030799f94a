"""The bundled example: a made-up cluster, drawn by a stated process from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from interfirm.errors import UsageError
from interfirm.study.example import alliances, cases, cast, holding, learning, place, survey, ties

if TYPE_CHECKING:
    from interfirm.study.study import Study

FIRMS = (50, 240)
INSTITUTIONS = (6, 10)


def example(seed: int = 1, *, firms: int = 60, institutions: int = 10) -> Study:
    """A synthetic but lifelike cluster over two waves, with every table filled.

    Nothing in it is real: the place, the organisations, the answers and the sentences are
    invented, and any likeness to an existing organisation is accidental. The table ``about``
    says so (``synthetic = yes``).

    The cluster has firms of five sectors in five towns, institutions of seven kinds and eight
    organisations outside. Advice is drawn by an actor-oriented process: actors take turns and change
    one tie at a time, preferring partners that are near, know similar things, are able, asked
    them back or are asked by those they ask. The other relations are the highest of
    a score plus noise that persists between the waves. Built in on purpose are

    * a core of eight firms, three of which ask organisations outside (gatekeepers);
    * one broker without whom a remote group of four firms would be cut off;
    * two firms without any tie, three firms that leave and four that join after the first wave;
    * five alliances of a known shape: circuit, nodal circuit, branch, circuit-barrier and
      circuit-branch (:data:`interfirm.study.example.cast.SHAPES`);
    * members of the circuit who stay because they like to, units of the branch and the circuit-branch who stay
      because they must, do one thing only and have few substitutes (asked in the second wave);
    * non-response, more common among small firms (15 % and 22 %);
    * cooperation, learning and performance that go together in a stated way
      (:mod:`interfirm.study.example.place`), and a table of ten regions;
    * knowledge that is passed on in talk more than in writing, so that writing it down is the weakest of the four
      steps of the knowledge spiral, and practices that are the harder to take over the more laborious the dealings;
    * sales of new products that rise with the breadth of cooperation and with the capacity to
      use outside knowledge.

    Parameters
    ----------
    seed
        The same seed gives the same study; another seed another cluster with the same features.
    firms
        Number of firms over both waves, 50 to 240.
    institutions
        Number of institutions, 6 to 10.

    Returns
    -------
    Study
        Waves ``2021`` and ``2024``; relations advice, customer, outsourcing, peer,
        institutional, coordination and ownership; fourteen alliances.

    Raises
    ------
    UsageError
        If there are too few or too many firms or institutions.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> study.wave_order
    ('2021', '2024')
    """
    from interfirm.study.study import Study

    _check("firms", firms, FIRMS)
    _check("institutions", institutions, INSTITUTIONS)
    rng = np.random.default_rng(seed)
    people = cast.draw(rng, firms, institutions)
    shaped = alliances.shapes(people)
    answered = survey.responded(rng, people)
    true = ties.networks(rng, people, shaped)
    seen = survey.observations(rng, people, true, answered)
    tables = {
        "about": cast.about(seed),
        "waves": cast.waves(),
        "relations": ties.relations(),
        "actors": cast.actors_table(people, seen),
        "observations": seen,
        "responses": survey.responses(rng, people, answered),
        "alliances": alliances.table(rng, people, true["advice"][0]),
        "dyads": cast.dyads(people),
        "answers": learning.added(survey.answers(rng, people, true, answered), seed, people, answered),
        "codings": cases.table(people),
    }
    tables["about"] = pd.concat([tables["about"], place.facts()], ignore_index=True)
    tables["answers"] = place.answers(seed, people, true, answered, tables["answers"])
    tables["regions"] = place.regions(seed)
    tables["ties"] = ties.table(rng, people, true, answered, tables["responses"])
    said = holding.answers(seed, people, tables["alliances"], tables["ties"], answered)
    tables["answers"] = pd.concat([tables["answers"], said[tables["answers"].columns]], ignore_index=True)
    return Study.from_tables(tables)


def _check(what: str, value: int, bounds: tuple[int, int]) -> None:
    if not bounds[0] <= value <= bounds[1]:
        raise UsageError(f"The example can have {bounds[0]} to {bounds[1]} {what}, not {value}.")
