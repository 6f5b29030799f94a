"""Named limits of the report; all of them are whole numbers."""

from interfirm.defaults import group

_, limit = group("report")
