"""Commands that would make ``cli.py`` too long, one file per chapter. Nothing is computed here."""
