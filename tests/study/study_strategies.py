"""Random studies with awkward text, for the tests that write a study and read it again."""

from __future__ import annotations

import pandas as pd
from hypothesis import strategies as st

from interfirm import vocabulary
from interfirm.study.study import Study

AWKWARD = [
    "007", "TRUE", "false", "1e5", "NA", "nan", "null", "None", "#N/A", "'s-Hertogenbosch", "'=1+1", "''=x", "=1+1",
    "+36 30 123", "-", "-5", "@home", "=cmd|' /C calc'!A0", "12345678901234567890", "1,5", "a;b", 'say "hi"', "a,b",
    "line\nbreak", "two\n\nlines", "tab\tinside", "O’Neill", "Kovács és Társa Kft.", "日本", "🏭", "<r>x & y</r>",
    "<b>", "&amp;", "&#34;", "_x0041_", "http://example.org", "2020-01-02", "0", "  ".join("ab"), "*Vertices 3",
    "% no comment", "(ignore)", "d\u00e9j\u00e0", "\u200bzero", "x\u2028y", "yes", "0x10", "1_000", "∞", "#", "a|b",
]
ALPHABET = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n\t")
TEXT = st.sampled_from(AWKWARD) | st.text(ALPHABET, min_size=1, max_size=8)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
WEIGHTS = st.floats(min_value=0, allow_nan=False, allow_infinity=False) | st.sampled_from([0.1 + 0.2, 1 / 3, 5e-324])


def ids(size: int, text: st.SearchStrategy[str] = TEXT) -> st.SearchStrategy[list[str]]:
    """Different identifiers, none empty after trimming."""
    import unicodedata

    tidy = text.map(lambda one: unicodedata.normalize("NFC", one).strip()).filter(lambda one: one.strip("|") != "")
    return st.lists(tidy, min_size=1, max_size=size, unique=True)


def _maybe(value: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | value


@st.composite
def studies(draw: st.DrawFn, text: st.SearchStrategy[str] = TEXT, waves: int = 2) -> Study:
    """A small random study; every table may be filled."""
    actors = draw(ids(6, text))
    times = draw(ids(waves, text))
    relations = draw(ids(2, text))
    n = len(actors)
    column = lambda what: draw(st.lists(_maybe(what), min_size=n, max_size=n))  # noqa: E731
    tables = {
        "about": pd.DataFrame({"key": ["name"], "value": [draw(text)]}),
        "waves": pd.DataFrame({"wave": times, "label": [draw(_maybe(text)) for _ in times]}),
        "relations": pd.DataFrame({
            "relation": relations, "layer": [draw(st.sampled_from(vocabulary.words("layers"))) for _ in relations],
            "directed": [draw(st.booleans()) for _ in relations],
        }),
        "actors": pd.DataFrame({
            "actor": actors, "name": column(text), "kind": column(st.sampled_from(vocabulary.words("actor kinds"))),
            "founded": pd.array(column(st.integers(-3000, 3000)), dtype="Int64"), "sme": column(st.booleans()),
            "latitude": column(st.floats(-90, 90)), "tags": column(text), "extra text": column(text),
            "extra number": column(FLOATS),
        }, index=range(n)),
    }
    pairs = [(a, b) for a in actors for b in actors if a != b]
    keys = draw(st.lists(st.tuples(st.sampled_from(times), st.sampled_from(relations), st.sampled_from(pairs)),
                         max_size=8, unique=True)) if pairs else []
    if keys:
        weights = draw(st.lists(_maybe(WEIGHTS), min_size=len(keys), max_size=len(keys)))
        tables["ties"] = pd.DataFrame({
            "wave": [key[0] for key in keys], "relation": [key[1] for key in keys],
            "sender": [key[2][0] for key in keys], "receiver": [key[2][1] for key in keys],
            "weight": weights if any(w is not None for w in weights) else [1.0] * len(keys),
            "since": [draw(st.sampled_from([None, "2020", "2020-01", "2020-01-02"])) for _ in keys],
            "trust": [draw(_maybe(st.floats(1, 7))) for _ in keys],
        })
    if draw(st.booleans()):
        tables["alliances"] = pd.DataFrame({"alliance": [draw(text.filter(str.strip))] * n, "actor": actors,
                                            "budget": column(WEIGHTS)})
        tables["answers"] = pd.DataFrame({"wave": times[0], "actor": actors, "item": "q1", "value": column(text)})
    return Study.from_tables(tables)
