# SPDX-License-Identifier: MIT
"""LD_PRELOAD ends a name at a blank or a colon (ld.so(8)), so a checkout in such a folder is reached by another way."""
from pathlib import Path


def preloadable(library, folder):
    """A name for it that can be preloaded; `folder` is the test's own and without blanks."""
    if not set(" :") & set(str(library)):
        return str(library)
    link = Path(folder) / Path(library).name
    if not link.is_symlink():
        link.symlink_to(library)
    return str(link)
