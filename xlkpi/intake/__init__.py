"""From bytes to a filled workbook: sniff, scan, read. Nothing above this room opens a workbook."""

from xlkpi.intake.grids import origin
from xlkpi.intake.read import read
from xlkpi.intake.unreadable import Unreadable

__all__ = ["Unreadable", "origin", "read"]
