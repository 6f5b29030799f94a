"""Characters that a label in quotes cannot hold, written as numbers: ``&#34;`` is a quote."""

from __future__ import annotations

import re

_CODE = re.compile(r"&#(\d{1,7});")
_HARD = re.compile(r'["\n\t]|&(?=#)')


def escape(text: str, also: str = "") -> str:
    """A label without quotes and line breaks; ``also`` names more characters to write as numbers."""
    out = _HARD.sub(lambda match: f"&#{ord(match.group())};", text)
    return "".join(f"&#{ord(sign)};" if sign in also else sign for sign in out) if also else out


def unescape(text: str) -> str:
    """The label before :func:`escape`."""
    return _CODE.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    code = int(match.group(1))
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match.group()
