"""The command line: one file a command group, thin, heavy imports inside the command."""
