"""Settings that all tests share."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

# Machines are noisy: no test is judged by the clock.
settings.register_profile("latent-bridge", deadline=None)
settings.load_profile("latent-bridge")


@pytest.fixture(scope="session", autouse=True)
def no_models_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whose machine this is may have models of their own, which no test shall load."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("user")))
        yield
