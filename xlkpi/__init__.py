"""xlkpi scores the performance self-evaluation workbooks of Chinese public departments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlkpi.version import VERSION

if TYPE_CHECKING:
    from xlkpi.api import Outcome, score

__version__ = VERSION
__all__ = ["Outcome", "__version__", "score"]


def __getattr__(name: str) -> Any:
    """Load the API on first use: a command that only prints help should not import it."""
    if name in ("Outcome", "score"):
        from xlkpi import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
