"""A file for each command: its request, its replies, and the code of both processes.

`handle` runs in the worker, and imports what opens workbooks inside the function. The function named
like the command runs in the parent, which must not spend time on those imports.
"""
