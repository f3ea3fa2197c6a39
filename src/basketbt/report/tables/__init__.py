"""The rows of every table, from a study's results: a file for each of its three parts."""
