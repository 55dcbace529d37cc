"""Whether a result is what it should be, why a figure is what it is, and what differs between two workbooks."""
