# SPDX-License-Identifier: MIT
"""Fixtures shared by every suite that boots the real program."""
import shutil
import sys
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))
from pond import Pond  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--share", metavar="FOLDER", help="runs side by side of one folder share the files out among them: each goes on"
                     " with the next one that none has begun")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    """A file that another run has begun is passed over. Nobody need know beforehand how long which one takes."""
    folder = item.config.getoption("--share")
    return True if folder and not is_ours(Path(folder), item.path) else None


@cache
def is_ours(folder, path):
    try:
        (folder / path.name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    item.failed = getattr(item, "failed", False) or report.failed


@pytest.fixture
def make_pond(tmp_path, request):
    """Makes ponds with settings of the test's own; all are stopped at the end, also when the test failed. Only then is
    their data kept: a whole run's is many gigabytes."""
    ponds = []

    def make(name="pond", start=True, **settings):
        folder = tmp_path / name
        folder.mkdir()
        pond = Pond(folder, **settings)
        ponds.append(pond)
        return pond.start() if start else pond

    yield make
    for pond in ponds:
        if pond.process and pond.process.poll() is None:
            pond.process.kill()
            pond.process.wait(60)  # a build with sanitizers has much to unmap
        if not request.node.failed:
            shutil.rmtree(pond.data, ignore_errors=True)


@pytest.fixture(scope="module")
def pond(tmp_path_factory):
    """One running pond for a whole file, for tests that do not disturb each other."""
    shared = Pond(tmp_path_factory.mktemp("shared")).start()
    yield shared
    shared.stop()
