"""Every choice of a study with every other: planned, computed in blocks, written, read."""
