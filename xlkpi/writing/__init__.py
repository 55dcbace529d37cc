"""From outcomes to what people get: workbooks, marked copies, text, JSON. Nothing here decides a score."""
