"""Everything that a study says about what the place adds, in one go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from interfirm.cluster._limits import whole
from interfirm.cluster.density import KDensity, k_density
from interfirm.cluster.efficiency import INSTRUMENTS, CollectiveEfficiency, collective_efficiency
from interfirm.cluster.evidence import EvidencePack, evidence_pack
from interfirm.cluster.exchange import works_with_members
from interfirm.cluster.lessons import Lesson, policy_lessons
from interfirm.cluster.mechanisms import LearningMatrix, learning_matrix
from interfirm.cluster.places import on_earth
from interfirm.cluster.plants import PlantSizes, compared, density_or_finding, plant_sizes, regions_of_plants
from interfirm.cluster.regional import RegionalPosition, regional_position
from interfirm.cluster.relation import holm, performance_relation
from interfirm.cluster.verdict import ClusterVerdict, cluster_verdict
from interfirm.errors import DataError, Finding, Findings, UnknownName, UsageError
from interfirm.study.instruments import items

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.capability.technology import TechnologicalCapability
    from interfirm.study.study import Study

Result = TypeVar("Result")
_NAN = float("nan")
_LEVEL = 0.05


@dataclass(frozen=True)
class Gap:
    """A question that the data cannot answer: why, and what to collect."""

    question: str
    why: str
    collect: str


@dataclass(frozen=True, eq=False)
class ClusterAssessment:
    """What the place adds.

    Parameters
    ----------
    verdict
        Cluster or dense employment; passive, active or both.
    position, efficiency, relation, matrix, technology
        The parts; None (an empty table) where the study does not say.
    densities
        K-density of each sector among the members' places.
    plants, plant_density
        Sizes of the sector's plants, and their K-density among all plants, from a list of plants; None without one.
    localised
        One row per sector: ``sector``, ``plants``, ``verdict`` by itself, ``reading`` among all sectors, ``p``,
        ``p_adjusted`` (Holm, both sides), ``from``, ``to``.
    lessons
        Policy lessons with their evidence.
    evidence
        The pack for the interview.
    gaps
        Questions that are not answered.
    findings
        What was odd in the data.
    settings
        What is needed to repeat it.
    """

    verdict: ClusterVerdict
    position: RegionalPosition | None
    efficiency: CollectiveEfficiency | None
    relation: pd.DataFrame
    matrix: LearningMatrix | None
    technology: TechnologicalCapability | None
    densities: dict[str, KDensity]
    localised: pd.DataFrame
    lessons: tuple[Lesson, ...]
    evidence: EvidencePack
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    plants: PlantSizes | None = None
    plant_density: KDensity | None = None

    def table(self) -> pd.DataFrame:
        """One row per firm that answered: economies, joint action, technological capability."""
        import pandas as pd

        out = pd.DataFrame(columns=["actor"]) if self.efficiency is None else self.efficiency.table()
        if self.technology is not None:
            tech = self.technology.table()[["actor", "tc", *self.technology.profile.columns]]
            tech = tech.rename(columns={name: f"tc_{name}" for name in self.technology.profile.columns})
            out = out.merge(tech, on="actor", how="outer", sort=False)
        return out

    def __str__(self) -> str:
        return "\n".join(str(part) for part in (self.verdict, self.position, self.efficiency, self.matrix) if part)


def assess_cluster(study: Study, *, regions: pd.DataFrame | None = None, plants: pd.DataFrame | None = None,
                   region: str | None = None, sector: str | None = None, wave: str | None = None,
                   draws: int | None = None, permutations: int = 999, model: bool = True, seed: int = 1,
                   strict: bool = True, progress: Callable[[str], None] | None = None) -> ClusterAssessment:
    """Is it a cluster, what do firms gain and how, and what does that suggest?

    Parameters
    ----------
    study
        The study.
    regions
        A regional table in place of the study's own.
    plants
        A list of single plants (:func:`interfirm.study.read.plants.read_plants`): of one sector, or of all. Sizes of
        plants make interval and Ellison–Glaeser index exact; a list of all sectors also does for a regional table.
    region, sector
        The cluster's own codes in it; those in the table ``about`` (``region_code``, ``sector_code``) if None.
    wave
        The wave of the survey; the last with answers if None.
    draws
        Relocations of the K-density; ``cluster.kdensity_draws`` if None.
    permutations, seed
        Of the correlations with performance, and of every draw.
    model
        Whether ordered logits are fitted too.
    strict
        Whether answers off their scale are errors.
    progress
        Is told each step.

    Returns
    -------
    ClusterAssessment
        What cannot be answered stands in ``gaps``.

    Raises
    ------
    UnknownName
        For a region or sector that is not in the table.
    DataError
        For data that is wrong, not for data that is missing.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> found = assess_cluster(example(), draws=19, permutations=19, model=False)
    >>> found.verdict.answer.partition(":")[0]
    'a cluster'
    """
    import pandas as pd

    step = progress or (lambda _: None)
    findings, gaps = Findings(), list[Gap]()
    step("the region among the others")
    regions, sizes, density = _plants(study, plants, regions, region, sector, draws or whole("kdensity_draws"), seed,
                                      findings)
    position = _position(study, regions, region, sector, gaps, findings, sizes)
    when = wave or _last_wave(study)
    step("external economies and joint action")
    efficiency = _tried(lambda: collective_efficiency(study, when, strict=strict), gaps, findings,
                        "What do firms gain from the place?") if when else None
    relation = pd.DataFrame()
    if efficiency is not None:
        relation, odd = performance_relation(study, efficiency, permutations=permutations, seed=seed, model=model)
        findings.extend(odd)
        if not len(relation):
            gaps.append(Gap("Does joint action go with performance?", "nobody was asked how performance has changed",
                            "The instrument 'performance_change'"))
    matrix = _tried(lambda: learning_matrix(study, when, strict=strict), gaps, findings,
                    "Which advantages are turned into learning?") if when else None
    technology = _technology(study, when, gaps, findings, strict=strict)
    if not when:
        gaps.append(Gap("What do firms gain from the place, and what do they make of it?",
                        "nobody answered questions on it",
                        f"The instruments {', '.join(INSTRUMENTS)}, learning, place"))
    step("which sectors sit together")
    densities = _densities(study, when, draws or whole("kdensity_draws"), seed, gaps, findings)
    verdict = cluster_verdict(position, efficiency, works_with_members(study, when))
    for part, question in ((verdict.concentration, "Is the sector concentrated here?"),
                           (verdict.joint_action, "Do firms act together?")):
        if part.collect and not any(gap.question == question for gap in gaps):
            gaps.append(Gap(question, part.says, part.collect))
    pack = evidence_pack(study, wave=when, position=position, efficiency=efficiency)
    return ClusterAssessment(verdict, position, efficiency, relation, matrix, technology, densities,
                             _localised(densities), policy_lessons(efficiency, matrix, technology), pack, tuple(gaps),
                             tuple(dict.fromkeys(findings.sorted())),
                             {"wave": when, "region": position and position.region, "sector": position and
                              position.sector, "seed": seed, "draws": draws or whole("kdensity_draws"),
                              "permutations": permutations}, sizes, density)


def _plants(study: Study, plants: pd.DataFrame | None, regions: pd.DataFrame | None, region: str | None,
            sector: str | None, draws: int, seed: int, findings: Findings,
            ) -> tuple[pd.DataFrame | None, PlantSizes | None, KDensity | None]:
    """The regional table (that of the list where none is given), sizes, and the K-density among all plants."""
    if plants is None:
        return regions, None, None
    what, where = sector or study.fact("sector_code"), region or study.fact("region_code")
    if what is None:
        raise UsageError("Say the cluster's own sector in the list of plants: --sector CODE.")
    sizes = plant_sizes(plants, what)
    density = density_or_finding(plants, what, draws, seed, findings)
    if regions is None and where in set(plants["region"].dropna()):
        try:
            return regions_of_plants(plants, what), sizes, density
        except DataError as problem:
            findings.extend(Finding("note", f"no shares of regions from the list of plants: {item.problem}", item.code,
                                    file="plants", expected=item.expected, remedy=item.remedy)
                            for item in problem.findings)
    given = study.regions if regions is None else regions
    if len(given) and plants["region"].notna().any():
        findings.extend(compared(plants, given, what))
    # Totals come from the table, so only the sizes of this sector's plants are used.
    return regions, replace(sizes, error={}), density


def _last_wave(study: Study) -> str | None:
    """The last wave in which anybody answered something of this; else the last wave."""
    names = [item.item for name in (*INSTRUMENTS, "learning", "technology") for item in items(name)]
    there = set(study.answers.loc[study.answers["item"].isin(names), "wave"])
    return next((wave for wave in reversed(study.wave_order) if wave in there), None)


def _tried(make: Callable[[], Result], gaps: list[Gap], findings: Findings, question: str) -> Result | None:
    """A part of the answer; data that is missing makes a gap, data that is wrong an error."""
    try:
        found = make()
    except DataError as problem:
        missing = [item for item in problem.findings if item.code in {"not-asked", "not-published", "one-region"}]
        if len(missing) < len(problem.findings):
            raise
        gaps.append(Gap(question, missing[0].problem, missing[0].remedy or missing[0].expected or ""))
        return None
    findings.extend(getattr(found, "findings", ()))
    return found


def _position(study: Study, regions: pd.DataFrame | None, region: str | None, sector: str | None, gaps: list[Gap],
              findings: Findings, sizes: PlantSizes | None) -> RegionalPosition | None:
    table = study.regions if regions is None else regions
    question = "Is the sector concentrated here?"
    if not len(table):
        if (region is not None or sector is not None) and sizes is None:
            raise UsageError("There is no regional table: give one with --region-data FILE, or as the study's table "
                             "'regions'.")
        return None
    where, what = region or study.fact("region_code"), sector or study.fact("sector_code")
    if where is None or what is None:
        missing = " and ".join(name for name, value in (("region", where), ("sector", what)) if value is None)
        if region is not None or sector is not None or regions is not None:
            raise UsageError(f"Say the cluster's own {missing} in the regional table: --region CODE --sector CODE.")
        gaps.append(Gap(question, f"the cluster's own {missing} in the table of regions is not known",
                        "region_code and sector_code in the table 'about', or --region and --sector"))
        return None
    try:
        return _tried(lambda: regional_position(table, region=where, sector=what, sizes=sizes), gaps, findings,
                      question)
    except UnknownName as problem:
        if region is not None or sector is not None:
            raise
        raise DataError(Finding("error", f"the {problem.kind} of the table 'about' is not in the table of regions: "
                                f"{problem}", "unknown-region", file="about",
                                remedy="Correct region_code and sector_code, or give --region and --sector")
                        ) from problem


def _technology(study: Study, wave: str | None, gaps: list[Gap], findings: Findings, *,
                strict: bool) -> TechnologicalCapability | None:
    from interfirm.capability.technology import technological_capability

    if wave is None:
        return None
    return _tried(lambda: technological_capability(study, wave, strict=strict), gaps, findings,
                  "Where does each firm stand on technological capability?")


def _densities(study: Study, wave: str | None, draws: int, seed: int, gaps: list[Gap],
               findings: Findings) -> dict[str, KDensity]:
    """K-density of every sector of the member firms with enough plants, against the places of all member firms."""
    last = wave or (study.wave_order[-1] if study.wave_order else None)
    members = study.actors.iloc[study.present(last)]
    placed = members.loc[(members["kind"] == "firm")].dropna(subset=["latitude", "longitude"])
    counts = placed["sector"].value_counts()
    least = whole("kdensity_points")
    enough = [str(name) for name in counts.index[(counts >= least) & (counts < len(placed))]]
    question = "Which sectors sit together?"
    if not enough:
        gaps.append(Gap(question, f"no sector has {least} member firms with coordinates" if len(placed)
                        else "the places of the member firms are not known",
                        "Latitude and longitude of the members, and their sector"))
        return {}
    where, out = on_earth(placed["latitude"], placed["longitude"], placed["actor"]), {}
    for place, name in enumerate(sorted(enough)):
        mine = (placed["sector"] == name).to_numpy().nonzero()[0]
        try:
            out[name] = k_density(where, mine, draws=draws, seed=seed + place)
        except DataError as problem:
            findings.extend(Finding("warning", f"sector '{name}': {item.problem}", item.code, remedy=item.remedy)
                            for item in problem.findings)
    return out


def _localised(densities: dict[str, KDensity]) -> pd.DataFrame:
    import pandas as pd

    out = []
    for name, found in densities.items():
        span = found.where() or (_NAN, _NAN)
        out.append({"sector": name, "plants": found.points, "sites": found.sites, "verdict": found.verdict,
                    "p": min(found.p_localised, found.p_dispersed), "from": span[0], "to": span[1],
                    "bandwidth": found.bandwidth})
    table = pd.DataFrame(out)
    if len(table):
        # Both sides were looked at, in every sector.
        table.insert(5, "p_adjusted", holm((2 * table["p"]).clip(upper=1.0).to_numpy()))
        beyond = table["p_adjusted"] <= _LEVEL
        table.insert(4, "reading", table["verdict"].where(beyond, "as chance would have it"))
        table[["from", "to"]] = table[["from", "to"]].where(beyond)
    return table
