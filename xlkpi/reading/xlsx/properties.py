"""The document properties that a program gave a workbook, beside its cells: what a marked copy remembers."""

from __future__ import annotations

from collections.abc import Mapping

from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx.limits import LIMITS, Limits
from xlkpi.reading.xlsx.parts import Parts, parse_elements

_PART = "docProps/custom.xml"


def read_properties(data: bytes, limits: Limits = LIMITS) -> Mapping[str, str]:
    """Return the texts of a package's own properties by their names; none where they cannot be read.

    Not part of the scan: nothing that is scored is in them, and a damaged list of them stops nobody.
    """
    try:
        parts = Parts(data, limits)
        xml = parts.read(_PART) if parts.find(_PART) else b""
        if not xml.strip() or xml.count(b"<") > limits.elements:
            return {}
        found: dict[str, str] = {}
        value = ""
        for element in parse_elements(xml, _PART, "lpwstr", "property"):
            if element.name == "lpwstr":
                value = element.text
            else:
                found[element.attributes.get("name", "")] = value
                value = ""
        return found
    except Unreadable:
        return {}
