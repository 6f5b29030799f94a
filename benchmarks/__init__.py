"""Speed beside other software, measured in the same run: ``python -m benchmarks [topic …]``."""
