"""Named limits of the measures."""

from interfirm.defaults import group

limit, whole = group("network")
