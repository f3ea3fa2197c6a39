"""summary.xlsx: one sheet a table, as analysts expect to open it, and a sheet that explains."""

from basketbt.report.workbook.build import workbook

__all__ = ["workbook"]
