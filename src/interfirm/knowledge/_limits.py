"""Named limits of this chapter from ``defaults.toml``."""

from __future__ import annotations

from interfirm.defaults import group

limit, whole = group("knowledge")
