"""One module per chapter of the report, in the order of the house; each has ``chapter(context)``."""
