# SPDX-License-Identifier: MIT
"""What takes its time while other tests run."""
import json

import pytest
from pond import Pond


@pytest.fixture(scope="session")
def forgetful(tmp_path_factory):
    """A pond of two months' clicks that keeps one month of them, as it is served; `before`: what its report said."""
    pond = Pond(tmp_path_factory.mktemp("forgetful"), click_retention="30d")
    pond.data = pond.data.parent / "demo"
    pond.cli("demo", "--clicks", "6000", "--days", "60", "--domain", "s.test", "--quiet")
    pond.key = json.loads(pond.cli("key", "create", "--name", "test", "--scope", "admin", "--scope", "stats:read", "--json").stdout)["key"]
    pond.before = json.loads(pond.cli("stats", "--period", "90d", "--group-by", "app", "--limit", "1000", "--json").stdout)
    pond.start()
    yield pond
    pond.stop()


@pytest.fixture(scope="session", autouse=True)
def _begun_early(request):
    """A program lets go of what is too old a minute after its start, so it is started before everything else."""
    if any("forgetful" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("forgetful")
