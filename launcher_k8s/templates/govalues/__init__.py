"""Go's values in Python: types, truth, printing, comparing, and the checks of a call's arguments."""
