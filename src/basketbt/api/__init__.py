"""What a notebook needs: studies from files or objects, their runs, sweeps and comparisons."""

from basketbt.api.runs import Run, event_study, run, run_file

__all__ = ["Run", "event_study", "run", "run_file"]
