"""Named limits of this room from ``defaults.toml``."""

from interfirm.defaults import group

limit, whole = group("cluster")
