"""One file a table: its layout and how its rows follow from a study's result."""
