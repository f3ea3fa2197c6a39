"""basketbt: what would a broker's list have earned around an event?"""

__version__ = "0.1.0"
