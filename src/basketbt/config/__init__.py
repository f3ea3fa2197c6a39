"""What may be written in a study file, strictly, and every default: a module a section."""
