"""A file for each command that a worker does: what goes there, what comes back, and both ends of it.

`handle` runs in the worker, and imports inside itself what opens workbooks; the function that bears the
command's name is the parent's, who imports the same file and none of that.
"""
