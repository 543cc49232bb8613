# SPDX-License-Identifier: MIT
"""LD_PRELOAD ends a name at a blank or a colon (ld.so(8)), so a checkout in such a folder is reached by another way."""
import tempfile
from pathlib import Path


def preloadable(library):
    if not set(" :") & set(str(library)):
        return str(library)
    link = Path(tempfile.mkdtemp(prefix="linkpond-preload-")) / Path(library).name
    link.symlink_to(library)
    return str(link)
