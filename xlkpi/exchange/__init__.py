"""Workbooks made from something else: blanks, templates, parts for scorers, and parts merged again."""
