"""The steps of a study: panels, index books, event studies and accounts of one case."""
