# SPDX-License-Identifier: MIT
"""What a lint is."""
from dataclasses import dataclass
from typing import Callable, Optional


@dataclass
class Lint:
    name: str
    promise: str  # shown when it holds
    check: Callable  # tree -> ["path[:line or name]: complaint"]
    bad: Optional[dict] = None  # {path: text} that must be complained about
    skip: Optional[Callable] = None  # tree -> why there is nothing to check yet, or None


def register(lints):
    """The decorator that puts a function into the list `lints`."""
    def lint(name, promise, bad=None, skip=None):
        def keep(check):
            lints.append(Lint(name, promise, check, bad, skip))
            return check
        return keep
    return lint
