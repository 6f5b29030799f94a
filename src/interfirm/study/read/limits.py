"""Named limits of reading and importing."""

from interfirm.defaults import group

limit, whole = group("import")
