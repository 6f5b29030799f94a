import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from reference import Reference


@pytest.fixture(scope="session")
def s50(data_dir):
    return Reference(data_dir("s50"))
