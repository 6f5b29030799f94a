"""The version of interfirm."""

__version__ = "0.1.0"
