"""Is it more than chance? Event studies for one date and a handful of correlated shares.

Arrays in, frozen records out; no files, no dates beyond the session axis, no command line.
``run.event_study`` is the door; the other modules are the pieces it is made of, each usable alone.
"""
