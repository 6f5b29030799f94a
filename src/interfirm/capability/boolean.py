"""The shortest Boolean expressions that cover given rows: prime implicants and minimal covers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import combinations

from interfirm.errors import UsageError

_MOST_CONDITIONS = 12
_MOST_COVERS = 20_000


def primes(rows: Collection[str]) -> list[str]:
    """Prime implicants of rows such as ``"101"``: terms of ``1``, ``0`` and ``-`` that cannot be shortened further.

    Rows that differ in one condition are joined until nothing can be joined. [mccluskey1956]

    Examples
    --------
    >>> primes(["00", "01", "11"])
    ['-1', '0-']
    """
    current, found = set(rows), set()
    while current:
        joined: set[str] = set()
        shorter: set[str] = set()
        for term in current:
            for place, sign in enumerate(term):
                other = term[:place] + {"0": "1", "1": "0", "-": "-"}[sign] + term[place + 1:]
                if sign != "-" and other in current:
                    joined.add(term)
                    shorter.add(term[:place] + "-" + term[place + 1:])
        found |= current - joined
        current = shorter
    return sorted(found)


def covers(term: str, row: str) -> bool:
    """Whether a term covers a row."""
    return all(sign in ("-", value) for sign, value in zip(term, row, strict=True))


def minimise(ones: Collection[str], free: Collection[str] = ()) -> list[tuple[str, ...]]:
    """All shortest sums of terms that cover every row of ``ones``; rows of ``free`` may be covered, others not.

    Fewest terms first, then fewest conditions. [mccluskey1956]

    Returns
    -------
    list of tuple of str
        Every minimal solution, sorted; an empty tuple where there is nothing to cover.

    Raises
    ------
    UsageError
        With more than 12 conditions, or where the rows have so many minimal covers that they cannot be listed.

    Examples
    --------
    >>> minimise(["11", "10"])
    [('1-',)]
    """
    wanted = sorted(set(ones))
    if not wanted:
        return [()]
    if len(wanted[0]) > _MOST_CONDITIONS:
        raise UsageError(f"Minimising takes at most {_MOST_CONDITIONS} conditions; leave some out.")
    terms = [term for term in primes([*wanted, *free]) if any(covers(term, row) for row in wanted)]
    options = [frozenset(term for term in terms if covers(term, row)) for row in wanted]
    essential = {next(iter(some)) for some in options if len(some) == 1}
    rest = [some for some in options if not some & essential]
    chosen = _smallest({frozenset(essential)}, rest)
    fewest = min((len(cover), _length(cover)) for cover in chosen)
    best = [cover for cover in chosen if (len(cover), _length(cover)) == fewest]
    return sorted(tuple(sorted(cover)) for cover in best)


def _smallest(covers_so_far: set[frozenset[str]], rest: Iterable[frozenset[str]]) -> set[frozenset[str]]:
    """Multiply out one term of every row, keeping no cover that contains another."""
    current = covers_so_far
    for some in sorted(rest, key=len):
        grown = {cover if cover & some else cover | {term} for cover in current for term in some}
        if len(grown) > _MOST_COVERS:
            raise UsageError("The rows have too many minimal covers to list; use fewer conditions.")
        ordered = sorted(grown, key=len)
        current = set()
        for cover in ordered:
            if not any(small <= cover for small in current):
                current.add(cover)
    return current


def _length(cover: frozenset[str]) -> int:
    return sum(sign != "-" for term in cover for sign in term)


def all_rows(conditions: int) -> list[str]:
    """Every combination of a number of conditions.

    Examples
    --------
    >>> all_rows(2)
    ['00', '01', '10', '11']
    """
    places = range(conditions)
    out = {"".join("1" if place in some else "0" for place in places)
           for size in range(conditions + 1) for some in combinations(places, size)}
    return sorted(out)
