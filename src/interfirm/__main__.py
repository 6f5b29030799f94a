"""``python -m interfirm``."""

from interfirm.cli import main

if __name__ == "__main__":
    main()
