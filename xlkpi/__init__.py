"""xlkpi scores the performance self-evaluation workbooks of Chinese public departments."""

from __future__ import annotations

from xlkpi.domain.version import VERSION

TYPE_CHECKING = False  # importing typing for it would cost every command its time
if TYPE_CHECKING:
    from xlkpi.interfaces.api import Outcome, score

__version__ = VERSION
__all__ = ["Outcome", "__version__", "score"]


def __getattr__(name: str) -> object:
    """Load the API on first use: a command that only prints help should not import it."""
    if name in ("Outcome", "score"):
        from xlkpi.interfaces import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
