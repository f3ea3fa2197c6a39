"""Pictures for a memo: SVG and PNG through matplotlib, the same bytes for the same run."""

from basketbt.report.figures.build import figures, illustrated

__all__ = ["figures", "illustrated"]
