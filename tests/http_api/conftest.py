"""One running application for all tests of this folder, which one worker runs."""

from collections.abc import Iterator

import pytest
from running_site import Site, run_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with run_site(tmp_path_factory.mktemp("site")) as site:
        yield site
