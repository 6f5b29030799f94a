"""Who is in the example: the place, the actors, what they know, and the parts they play."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from interfirm._version import __version__
from interfirm.study.example import words

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WAVES = ("2021", "2024")
CENTRE = (47.10, 16.40)
KM_PER_DEGREE = 111.195
FIELDS = ("mechanics", "electronics", "optics", "software", "materials", "production")
SECTORS = {
    "machine building": (6, 2, 1, 2, 2, 4),
    "electronics": (1, 7, 2, 3, 1, 2),
    "optics and sensors": (2, 3, 7, 2, 2, 1),
    "software": (1, 3, 1, 9, 0.5, 1),
    "plastics and tooling": (3, 0.5, 0.5, 1, 7, 5),
}
SECTOR_SHARES = (0.28, 0.20, 0.18, 0.14, 0.20)
TOWNS = {"Velmburg": (0, 0), "Karsted": (12, 5.5), "Lomnavar": (-9, 11), "Weidborn": (-14, -10), "Tarnik": (26, -21)}
TOWN_SHARES = (0.45, 0.22, 0.18, 0.15)
SHAPES = ("circuit", "nodal circuit", "branch", "circuit-barrier", "circuit-branch")
SHAPE_SIZES = {"circuit": 6, "nodal circuit": 7, "branch": 7, "circuit-barrier": 7, "circuit-branch": 9}
PARTS = {"isolate": 2, "satellite": 4, "broker": 1, "joiner": 4, "leaver": 3}


@dataclass(frozen=True, eq=False)
class Cast:
    """The n actors in order: firms, institutions, organisations outside.

    Parameters
    ----------
    frame
        The actors' fixed facts, one row each.
    firms, institutions, externals
        Their positions.
    parts
        Positions by part: ``isolate``, ``satellite``, ``broker``, ``joiner``, ``leaver``,
        ``core``, ``gatekeeper`` and the name of each shaped alliance.
    knowledge
        n × 6 shares of the fields in what each actor knows.
    ability
        n values, mean about 0: the capacity to use outside knowledge.
    size
        n natural logarithms of employees.
    """

    frame: pd.DataFrame
    firms: Ints
    institutions: Ints
    externals: Ints
    knowledge: Floats
    ability: Floats
    size: Floats
    parts: dict[str, Ints] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of actors n."""
        return len(self.frame)

    def there(self, wave: int) -> npt.NDArray[np.bool_]:
        """n booleans: who was there in a wave; organisations outside always are."""
        out = np.ones(self.count, dtype=bool)
        out[self.parts["joiner" if wave == 0 else "leaver"]] = False
        return out

    def inside(self) -> npt.NDArray[np.bool_]:
        """n booleans: members of the cluster."""
        out = np.ones(self.count, dtype=bool)
        out[self.externals] = False
        return out

    def distances(self) -> Floats:
        """n × n kilometres."""
        return haversine(self.frame["latitude"].to_numpy(np.float64), self.frame["longitude"].to_numpy(np.float64))

    def kinship(self) -> Floats:
        """n × n cosines of what two actors know."""
        unit = self.knowledge / np.linalg.norm(self.knowledge, axis=1, keepdims=True)
        return np.asarray(np.clip(unit @ unit.T, 0, 1))


def draw(rng: np.random.Generator, firms: int, institutions: int) -> Cast:
    """Draw the actors and give out the parts."""
    parts = give_parts(rng, firms)
    sectors = rng.choice(list(SECTORS), size=firms, p=SECTOR_SHARES)
    sectors[parts["satellite"]] = "plastics and tooling"
    frame = pd.concat([_firms(rng, sectors, parts), _others(rng, institutions)], ignore_index=True)
    size = _sizes(rng, frame, parts)
    ability = rng.normal(0, 0.8, len(frame)) + 0.25 * (size - 3.4)
    ability[parts["core"]] += 0.8
    ability[parts["gatekeeper"]] += 0.8
    return Cast(
        frame, np.arange(firms), np.arange(firms, firms + institutions),
        np.arange(firms + institutions, len(frame)), _knowledge(rng, frame), ability, size, parts,
    )


def give_parts(rng: np.random.Generator, firms: int) -> dict[str, Ints]:
    """Which firm plays which part; nobody has two of the special ones."""
    order = rng.permutation(firms).astype(np.int64)
    parts: dict[str, Ints] = {}
    for name, count in (PARTS | SHAPE_SIZES).items():
        parts[name], order = np.sort(order[:count]) if name in PARTS else order[:count], order[count:]
    ring, nodal, root = parts["circuit"][:2], parts["nodal circuit"][:1], parts["branch"][:1]
    controller, hubs = parts["circuit-barrier"][:1], parts["circuit-branch"][:3]
    parts["core"] = np.concatenate([nodal, root, controller, hubs, ring])
    parts["gatekeeper"] = np.concatenate([nodal, controller, hubs[:1]])
    return parts


def _firms(rng: np.random.Generator, sectors: Any, parts: dict[str, Ints]) -> pd.DataFrame:
    count = len(sectors)
    towns = rng.choice(list(TOWNS)[:4], size=count, p=TOWN_SHARES)
    towns[parts["satellite"]] = "Tarnik"
    centre = np.array([TOWNS[town] for town in towns], dtype=float)
    founded = np.clip(np.round(2016 - rng.gamma(2.2, 9.0, count)), 1890, 2016)
    founded[parts["joiner"]] = rng.integers(2018, 2024, len(parts["joiner"]))
    frame = pd.DataFrame({
        "actor": [f"F{i + 1:02d}" for i in range(count)], "name": words.firm_names(rng, list(sectors)),
        "kind": "firm", "position": "member", "sector": sectors, "founded": founded.astype(int),
        "ownership": rng.choice(["family", "independent", "foreign"], size=count, p=[0.52, 0.38, 0.10]),
        "parent": None, "country": "XV", "city": towns, "tags": _tags(rng, count),
    })
    _group(frame, parts)
    return _placed(frame, centre + rng.normal(0, 1.6, (count, 2)))


def _group(frame: pd.DataFrame, parts: dict[str, Ints]) -> None:
    """The two middle firms of the branch belong to its root; the root to nobody; one firm to an outsider."""
    root, *middle = parts["branch"][:3]
    frame.loc[middle, "parent"] = frame.loc[root, "actor"]
    frame.loc[middle, "ownership"] = "subsidiary"
    frame.loc[middle, "founded"] = frame.loc[middle, "founded"].clip(lower=1988)
    frame.loc[root, "ownership"], frame.loc[root, "founded"] = "family", 1927
    daughter = parts["circuit-barrier"][0]
    frame.loc[daughter, "parent"], frame.loc[daughter, "ownership"] = "X1", "foreign"


def _tags(rng: np.random.Generator, count: int) -> list[str | None]:
    known = words.lists()["tag", "firm"]
    picked = [rng.choice(known, size=int(k), replace=False) for k in rng.integers(0, 4, count)]
    return ["|".join(sorted(some)) or None for some in picked]


def _others(rng: np.random.Generator, institutions: int) -> pd.DataFrame:
    rows = pd.DataFrame(words.read("fixed_actors"))
    member = rows["position"] == "member"
    rows = pd.concat([rows[member].head(institutions), rows[~member]], ignore_index=True)
    rows["actor"] = [f"I{i + 1:02d}" for i in range(institutions)] + [
        f"X{i + 1}" for i in range(len(rows) - institutions)]
    rows["founded"] = rows["founded"].astype(int)
    rows["ownership"] = np.where(rows["kind"] == "firm", "independent", "public")
    rows["parent"], rows["tags"] = None, None
    offset = rows[["north", "east"]].to_numpy(dtype=float)
    return _placed(rows.drop(columns=["north", "east"]), offset + rng.normal(0, 0.15, offset.shape))


def _placed(frame: pd.DataFrame, offset: Floats) -> pd.DataFrame:
    """Kilometres north and east of the centre as coordinates."""
    latitude = CENTRE[0] + offset[:, 0] / KM_PER_DEGREE
    longitude = CENTRE[1] + offset[:, 1] / (KM_PER_DEGREE * np.cos(np.radians(latitude)))
    return frame.assign(latitude=latitude.round(5), longitude=longitude.round(5))


def _sizes(rng: np.random.Generator, frame: pd.DataFrame, parts: dict[str, Ints]) -> Floats:
    size = rng.normal(3.2, 0.8, len(frame))
    size[parts["core"]] = rng.normal(4.4, 0.35, len(parts["core"]))
    size[parts["branch"][0]] = np.log(430)
    size[parts["satellite"]] = rng.normal(2.6, 0.3, len(parts["satellite"]))
    size[parts["isolate"]] = rng.normal(2.1, 0.3, len(parts["isolate"]))
    size[parts["broker"]] = np.log(48)
    large = {"university": 7.4, "research institute": 4.6, "government": 5.3, "financier": 5.0}
    for position in np.flatnonzero((frame["kind"] != "firm").to_numpy()):
        size[position] = large.get(str(frame["kind"].iloc[position]), 2.6) + rng.normal(0, 0.25)
    outside = ((frame["position"] == "external") & (frame["kind"] == "firm")).to_numpy()
    size[outside] = rng.normal(7.5, 0.6, int(outside.sum()))
    return np.asarray(np.clip(size, np.log(2), None))


def _knowledge(rng: np.random.Generator, frame: pd.DataFrame) -> Floats:
    """A Dirichlet draw around the sector's profile; institutions know a bit of everything."""
    base = [np.asarray(SECTORS.get(sector, (2, 2, 2, 2, 2, 2)), dtype=float) for sector in frame["sector"]]
    return np.vstack([rng.dirichlet(0.9 * row) for row in base])


def haversine(latitude: Floats, longitude: Floats) -> Floats:
    """n × n kilometres on a sphere of radius 6371 km."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    step = np.sin((phi[:, None] - phi) / 2) ** 2
    step = step + np.cos(phi)[:, None] * np.cos(phi) * np.sin((lam[:, None] - lam) / 2) ** 2
    return np.asarray(2 * 6371.0 * np.arcsin(np.sqrt(np.clip(step, 0, 1))))


def about(seed: int) -> pd.DataFrame:
    """What the study is."""
    rows = {
        "name": "Velm Valley Mechatronics",
        "description": "A synthetic cluster of mechatronics firms and the institutions around them. The place, the "
                       "organisations and every number are invented; any likeness to a real one is accidental.",
        "region": "Velm Valley (invented)", "currency": "EUR", "synthetic": "yes", "licence": "BSD-3-Clause",
        "source": f"interfirm {__version__}, example, seed {seed}",
    }
    return pd.DataFrame({"key": list(rows), "value": list(rows.values())})


def waves() -> pd.DataFrame:
    """The two survey rounds."""
    return pd.DataFrame({
        "wave": WAVES, "label": ["Survey of spring 2021", "Survey of spring 2024"],
        "start": ["2021-03-01", "2024-03-01"], "end": ["2021-05-31", "2024-05-31"],
    })


def actors_table(people: Cast, seen: pd.DataFrame) -> pd.DataFrame:
    """The fixed facts, with the size class taken from the last observation: under 250 persons, not a daughter."""
    last = seen.drop_duplicates("actor", keep="last").set_index("actor")["employees"]
    employees = people.frame["actor"].map(last)
    small = (employees < 250) & people.frame["parent"].isna()
    sme = small.astype("boolean").where(people.frame["kind"] == "firm")
    return people.frame.assign(sme=sme.where(people.frame["position"] == "member"))


def dyads(people: Cast) -> pd.DataFrame:
    """Every ordered pair: kilometres, nearness 1 − ln(1+km)/ln(1+largest km), cosine of knowledge."""
    first, second = np.nonzero(~np.eye(people.count, dtype=bool))
    distance, names = people.distances(), people.frame["actor"].to_numpy()
    near = 1 - np.log1p(distance) / np.log1p(distance.max())
    return pd.DataFrame({
        "sender": names[first], "receiver": names[second], "distance": distance[first, second].round(2),
        "geographic_proximity": near[first, second].round(4),
        "cognitive_proximity": people.kinship()[first, second].round(4),
    })
