"""The page: one self-contained HTML file a run, for people who look before they read."""

from basketbt.report.page.build import page

__all__ = ["page"]
