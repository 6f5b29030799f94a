"""An evidence pack for a cluster-label interview: six groups of indicators, filled from the study, gaps named."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from interfirm.cluster.indicators import FILL, Source
from interfirm.cluster.tables import rows
from interfirm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.cluster.efficiency import CollectiveEfficiency
    from interfirm.cluster.regional import RegionalPosition
    from interfirm.study.study import Study

GROUPS: Final = {
    "structure": "Structure of the cluster", "management": "Management", "financing": "Financing",
    "services": "Services", "contacts": "Contacts and interaction", "achievements": "Achievements",
}
FORMATS: Final = (".md", ".csv", ".html")


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    Parameters
    ----------
    group, indicator, title
        Where it belongs, its name, its name in words.
    value
        What the study says, in words; empty where it says nothing.
    basis
        From what, of how many, in which wave.
    collect
        Where there is no value: what to collect.
    """

    group: str
    indicator: str
    title: str
    value: str
    basis: str
    collect: str

    @property
    def filled(self) -> bool:
        """Whether the study says something."""
        return bool(self.value)


@dataclass(frozen=True)
class EvidencePack:
    """The indicators in the order of the interview.

    Parameters
    ----------
    name
        The study.
    synthetic
        Whether the study says of itself that it is made up.
    indicators
        In order.
    """

    name: str
    synthetic: bool
    indicators: tuple[Indicator, ...]

    @property
    def gaps(self) -> tuple[Indicator, ...]:
        """Those that the study cannot fill."""
        return tuple(item for item in self.indicators if not item.filled)

    def table(self) -> pd.DataFrame:
        """One row per indicator."""
        import pandas as pd

        return pd.DataFrame([{"group": GROUPS[item.group], "indicator": item.title, "value": item.value,
                              "basis": item.basis, "status": "filled" if item.filled else "gap",
                              "collect": item.collect} for item in self.indicators])

    def __str__(self) -> str:
        return (f"Evidence along six groups of indicators: {len(self.indicators) - len(self.gaps)} of "
                f"{len(self.indicators)} filled from the study, {len(self.gaps)} gaps.")

    def text(self, suffix: str) -> str:
        """The pack as a file: ``.md``, ``.csv`` or ``.html``.

        Raises
        ------
        UsageError
            For another ending.
        """
        if suffix not in FORMATS:
            raise UsageError(f"An evidence pack is written as {', '.join(FORMATS)}, not as '{suffix}'.")
        if suffix == ".csv":
            return str(self.table().to_csv(index=False))
        return _markdown(self) if suffix == ".md" else _html(self)


def evidence_pack(study: Study, *, wave: str | None = None, position: RegionalPosition | None = None,
                  efficiency: CollectiveEfficiency | None = None) -> EvidencePack:
    """What a study can show in a cluster-label interview, and what it cannot.

    The six groups are those in which such interviews are usually held; the indicators are ours. Every value says what
    it rests on. An indicator without data is a gap with what to collect, never a zero.

    Parameters
    ----------
    study
        The study.
    wave
        The wave; the last one if None.
    position, efficiency
        What :func:`regional_position` and :func:`collective_efficiency` gave, where there is something.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> pack = evidence_pack(example())
    >>> len({item.group for item in pack.indicators})
    6
    """
    when = wave or (study.wave_order[-1] if study.wave_order else None)
    source = Source(study, when, position, efficiency)
    out = []
    for row in rows("indicators"):
        found = FILL[row["indicator"]](source) if row["indicator"] in FILL else None
        value, basis = found or ("", "")
        collect = "" if value else row["collect"]
        out.append(Indicator(row["group"], row["indicator"], row["title"], value, basis, collect))
    synthetic = (study.fact("synthetic") or "").strip().lower() in {"yes", "true", "1"}
    return EvidencePack(study.name, synthetic, tuple(out))


def _head(pack: EvidencePack) -> list[str]:
    lines = [f"{len(pack.indicators) - len(pack.gaps)} of {len(pack.indicators)} indicators are filled from the study; "
             f"{len(pack.gaps)} are gaps, with what to collect."]
    if pack.synthetic:
        lines.append("The study is synthetic: the cluster, its members and every number are made up.")
    return lines


def _markdown(pack: EvidencePack) -> str:
    out = [f"# Evidence for the cluster interview: {pack.name}", "", *_head(pack)]
    for group, title in GROUPS.items():
        out += ["", f"## {title}", "", "| Indicator | What the study shows | Basis |", "|---|---|---|"]
        for item in (one for one in pack.indicators if one.group == group):
            value = item.value or f"**Gap.** To collect: {item.collect}"
            out.append(f"| {_cell(item.title)} | {_cell(value)} | {_cell(item.basis)} |")
    return "\n".join(out) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


_STYLE: Final = ("body{font:17px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
                 "color:#1a1a1a}"
                 "table{border-collapse:collapse;width:100%;margin-bottom:2rem}td,th{text-align:left;vertical-align:top;"
                 "padding:.4rem .6rem;border-bottom:1px solid #ddd}th{font-weight:600}td:first-child{width:32%}"
                 ".gap{color:#8a4b00}.basis{color:#595959;font-size:.85em}h2{margin-top:2rem}")


def _html(pack: EvidencePack) -> str:
    title = f"Evidence for the cluster interview: {pack.name}"
    out = ["<!doctype html>", '<html lang="en"><head><meta charset="utf-8">',
           '<meta name="viewport" content="width=device-width, initial-scale=1">', f"<title>{escape(title)}</title>",
           f"<style>{_STYLE}</style></head><body>", f"<h1>{escape(title)}</h1>",
           *(f"<p>{escape(line)}</p>" for line in _head(pack))]
    for group, name in GROUPS.items():
        out += [f"<h2>{escape(name)}</h2>", "<table><thead><tr><th>Indicator</th><th>What the study shows</th></tr>"
                "</thead><tbody>"]
        for item in (one for one in pack.indicators if one.group == group):
            value = (f'{escape(item.value)}<br><span class="basis">{escape(item.basis)}</span>' if item.filled
                     else f'<span class="gap">Gap.</span> To collect: {escape(item.collect)}')
            out.append(f"<tr><td>{escape(item.title)}</td><td>{value}</td></tr>")
        out.append("</tbody></table>")
    return "\n".join([*out, "</body></html>"]) + "\n"
