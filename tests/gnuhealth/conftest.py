import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import servers
from gnuhealth.environment import GnuHealth, NotPrepared, restore


@pytest.fixture(scope="session")
def gnuhealth_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gnuhealth")


@pytest.fixture(scope="session")
def gnuhealth_names() -> Iterator[str]:
    return (f"gnuhealth_{os.getpid()}_{number}" for number in itertools.count())


@pytest.fixture(scope="session")
def new_gnuhealth(
    postgresql: servers.Server, gnuhealth_folder: Path, gnuhealth_names: Iterator[str]
) -> Callable[[], GnuHealth]:
    """Makes a GNU Health with a hospital in it, and nothing else yet."""

    def make() -> GnuHealth:
        try:
            return restore(postgresql, next(gnuhealth_names), gnuhealth_folder)
        except NotPrepared as why:
            if os.environ.get("LUODI_REQUIRE_ALL") == "1":
                raise
            pytest.skip(f"GNU Health could not be prepared: {why}")

    return make


@pytest.fixture
def gnuhealth(new_gnuhealth: Callable[[], GnuHealth]) -> GnuHealth:
    return new_gnuhealth()
