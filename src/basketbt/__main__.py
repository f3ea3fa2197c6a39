"""The command ``basketbt``, also as ``python -m basketbt``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; an interrupt while it is being imported is no traceback either."""
    try:
        from basketbt.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
