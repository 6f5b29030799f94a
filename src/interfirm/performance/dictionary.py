"""The data dictionary: what each variable of a model holds, shown before anything is estimated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from interfirm.performance.terms import Source

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.read.microdata import Microdata

_CODES: Final = 8
COLUMNS: Final = ("variable", "question", "type", "known", "empty", "refused", "least", "mean", "most", "values")


def data_dictionary(data: Microdata | pd.DataFrame | Source, variables: Sequence[str] | None = None, *,
                    categories: Sequence[str] = ()) -> pd.DataFrame:
    """What each variable is: its question, its type, how many answers are known, and what its codes mean.

    Parameters
    ----------
    data
        A survey file, or a table.
    variables
        Names of columns; None: all.
    categories
        Columns of numbers that are used as categories: their values are listed.

    Returns
    -------
    pandas.DataFrame
        ``variable``, ``question`` (its label), ``type`` (yes or no, categories, number, text), ``known``, ``empty`` (no
        answer), ``refused`` (user-missing codes, with counts), ``least``, ``mean``, ``most`` (numbers only), ``values``
        (codes with their labels and counts).

    References
    ----------
    [oslo2018]

    Examples
    --------
    >>> import pandas as pd
    >>> data_dictionary(pd.DataFrame({"coop": [1, 0, None]}))[["variable", "type", "known", "empty"]].values.tolist()
    [['coop', 'yes or no', 2, 1]]
    """
    import pandas as pd

    source = Source.of(data)
    refused = getattr(data, "refused", {})
    names = list(source.frame.columns) if variables is None else list(variables)
    return pd.DataFrame([_row(source, name, dict(refused.get(name, {})), name in categories) for name in names],
                        columns=list(COLUMNS))


def _row(source: Source, name: str, refused: dict[str, int], grouped: bool) -> tuple[Any, ...]:
    import pandas as pd

    column = source.column(name)
    known = column.dropna()
    labels = source.codes.get(name, {})
    numeric = pd.api.types.is_numeric_dtype(column.dtype)
    used = known.unique()
    kind = _kind(len(used), numeric, grouped or (bool(labels) and set(used) <= set(labels)))
    numbers = (float(known.min()), float(known.mean()), float(known.max())) if numeric and len(known) else (None,) * 3
    gone = "; ".join(f"{code}: {number:,}" for code, number in refused.items())
    shown = _values(known, labels) if kind != "number" else ""
    empty = int(column.isna().sum()) - sum(refused.values())
    return (name, str(source.questions.get(name, "")), kind, len(known), empty, gone, *numbers, shown)


def _kind(values: int, numeric: bool, labelled: bool) -> str:
    if values == 2:
        return "yes or no"
    if values < 2:
        return "no answer" if values == 0 else "one value"
    if not numeric:
        return "text"
    return "categories" if labelled else "number"


def _values(known: pd.Series[Any], labels: Any) -> str:
    counts = known.value_counts()
    parts = [f"{_name(value, labels)}: {number:,}" for value, number in counts.head(_CODES).items()]
    return "; ".join(parts) + (f"; {len(counts) - _CODES} more" if len(counts) > _CODES else "")


def _name(value: Any, labels: Any) -> str:
    code = f"{value:g}" if isinstance(value, (int, float)) else str(value)
    return f"{code} {labels[value]}" if value in labels else code
