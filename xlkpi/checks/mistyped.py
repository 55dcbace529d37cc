"""One mistyped code or name makes many cells disagree: the one is reported, and the many are not.

Where a workbook has errors, it is looked at as it was most likely meant (see
`xlkpi.checks.odd_one_out`); what is still wrong then is wrong by itself. The findings about mistyped
cells are errors: nothing is ever scored as it was meant.
"""

from __future__ import annotations

from xlkpi.checks.mistyped_codes import correct_codes, correct_surveys
from xlkpi.checks.mistyped_names import correct_names
from xlkpi.checks.mistyped_tiers import correct_parents, drop_copies
from xlkpi.checks.odd_one_out import Correction
from xlkpi.domain.inputs import Filled


def correct(filled: Filled) -> Correction:
    """Return the workbook as it was most likely meant, with a finding for each mistyped cell."""
    made = Correction(filled)
    for level in (1, 2, 3):
        made = made.then(drop_copies(made.filled, level))
    for level in (1, 2):
        made = made.then(correct_parents(made.filled, level))
    for step in (correct_codes, correct_surveys, correct_names):
        made = made.then(step(made.filled))
    return made
