"""Points on the earth or on a plane, and distances between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import DataError, Findings

Floats = npt.NDArray[np.float64]
EARTH_KM: Final = 6371.0088
_SHOWN: Final = 8


@dataclass(frozen=True, eq=False)
class Places:
    """Where n points are.

    Parameters
    ----------
    xyz
        n × 3: on a ball of ``radius``, or on a plane with third coordinate 0.
    radius
        Of the ball; 0 for a plane.
    flat
        n × 2 on a plane: the same points, for the earth in the azimuthal equidistant projection around their middle.
    """

    xyz: Floats
    radius: float
    flat: Floats

    def __len__(self) -> int:
        return len(self.xyz)

    def take(self, which: npt.ArrayLike) -> Places:
        """Some of the points."""
        index = np.asarray(which)
        return Places(self.xyz[index], self.radius, self.flat[index])

    def between(self, first: npt.ArrayLike, second: npt.ArrayLike) -> Floats:
        """Distances of pairs of points, along the surface for the earth."""
        step = self.xyz[np.asarray(first)] - self.xyz[np.asarray(second)]
        chord = np.sqrt((step**2).sum(axis=-1))
        if self.radius <= 0:
            return np.asarray(chord)
        return np.asarray(2 * self.radius * np.arcsin(np.clip(chord / (2 * self.radius), 0, 1)))

    def every(self) -> Floats:
        """n × n distances."""
        index = np.arange(len(self))
        return self.between(index[:, None], index[None, :])


def on_earth(latitude: npt.ArrayLike, longitude: npt.ArrayLike, names: npt.ArrayLike | None = None) -> Places:
    """Points from latitude and longitude in degrees (WGS 84); distances in kilometres on a ball of 6371.0088 km.

    Parameters
    ----------
    latitude, longitude
        n values each.
    names
        What the points are called in messages.

    Raises
    ------
    DataError
        Naming every point whose coordinates are missing or impossible.

    Examples
    --------
    >>> round(float(on_earth([0, 0], [0, 1]).between(0, 1)), 2)
    111.2
    """
    lat, lon = np.asarray(latitude, dtype=np.float64), np.asarray(longitude, dtype=np.float64)
    _check(lat, lon, names)
    phi, lam = np.radians(lat), np.radians(lon)
    unit = np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    return Places(EARTH_KM * unit, EARTH_KM, _project(unit))


def on_plane(x: npt.ArrayLike, y: npt.ArrayLike) -> Places:
    """Points on a plane, in any unit of length.

    Examples
    --------
    >>> float(on_plane([0, 3], [0, 4]).between(0, 1))
    5.0
    """
    flat = np.column_stack([np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)])
    if not np.isfinite(flat).all():
        raise DataError("coordinates are missing. Leave out points whose place is not known")
    return Places(np.column_stack([flat, np.zeros(len(flat))]), 0.0, flat)


def _check(lat: Floats, lon: Floats, names: npt.ArrayLike | None) -> None:
    findings = Findings()
    if lat.shape != lon.shape or lat.ndim != 1:
        raise DataError(f"{lat.size} latitudes and {lon.size} longitudes do not go together")
    called = [f"point {i + 1}" for i in range(len(lat))] if names is None else [str(n) for n in np.asarray(names)]
    for what, values, most in (("latitude", lat, 90.0), ("longitude", lon, 180.0)):
        bad = np.flatnonzero(~(np.abs(values) <= most))
        for i in bad[:_SHOWN]:
            wrong = "missing" if np.isnan(values[i]) else f"{values[i]:g}"
            findings.add("error", f"{called[i]}: the {what} is {wrong}", "impossible-coordinates", column=what,
                         expected=f"degrees from {-most:g} to {most:g}",
                         remedy="Correct it; latitude and longitude are sometimes exchanged")
        if len(bad) > _SHOWN:
            findings.add("error", f"{len(bad) - _SHOWN} more points have an impossible {what}",
                         "impossible-coordinates", column=what)
    findings.raise_if_failed()


def _project(unit: Floats) -> Floats:
    """Azimuthal equidistant around the mean direction: right from the middle, 0.1 % off at 500 km."""
    if not len(unit):
        return np.empty((0, 2))
    up = unit.mean(axis=0)
    up = up / (np.linalg.norm(up) or 1.0)
    pole = np.array([0.0, 0.0, 1.0]) if abs(up[2]) < 0.99 else np.array([1.0, 0.0, 0.0])
    east = np.cross(pole, up)
    east /= np.linalg.norm(east)
    north = np.cross(up, east)
    across, along = unit @ east, unit @ north
    length = np.hypot(across, along)
    angle = np.arctan2(length, unit @ up)
    factor = np.divide(angle, length, out=np.ones_like(angle), where=length > 0)
    return EARTH_KM * np.column_stack([across * factor, along * factor])
