"""From sound workbooks to scores: marks are combined, rounded, added up and graded."""
