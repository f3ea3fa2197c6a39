"""Everything that can be known before a price is read: lists, day 0s, windows, dates."""
