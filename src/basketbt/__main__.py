"""``python -m basketbt`` is the command ``basketbt``."""

from basketbt.cli.main import main

if __name__ == "__main__":
    main()
