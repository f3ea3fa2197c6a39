"""The wings of the hall: panels, index books, event studies and accounts of one case."""
