"""Go's times: instants, zones, and the layouts that they are written and read by."""
