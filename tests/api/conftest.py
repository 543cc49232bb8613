# SPDX-License-Identifier: MIT
"""What takes its time while other tests run."""
import json

import pytest
from pond import Pond


# Dimensions whose most frequent values outlive the clicks.
KEPT = ("app app_version mini_program os device browser language net country region city carrier source source_by channel scene domain target referrer"
        " utm_source utm_medium utm_campaign utm_term utm_content utm_id ad_click_source qr test").split()


@pytest.fixture(scope="session")
def forgetful(tmp_path_factory):
    """A pond of two months' clicks that keeps one month of them, as it is served; `before`: what its reports said, by dimension."""
    pond = Pond(tmp_path_factory.mktemp("forgetful"), click_retention="30d")
    pond.data = pond.data.parent / "demo"
    pond.cli("demo", "--clicks", "6000", "--days", "60", "--domain", "s.test", "--quiet")
    pond.key = json.loads(pond.cli("key", "create", "--name", "test", "--scope", "admin", "--scope", "stats:read", "--json").stdout)["key"]
    pond.before = {dim: json.loads(pond.cli("stats", "--period", "90d", "--group-by", dim, "--limit", "1000", "--json").stdout)
                   for dim in KEPT}
    pond.start()
    yield pond
    pond.stop()


@pytest.fixture(scope="session", autouse=True)
def _begun_early(request):
    """A program lets go of what is too old a minute after its start, so it is started before everything else."""
    if any("forgetful" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("forgetful")
