"""Many baskets at once: levels in tiles that stay in cache, statistics in one compiled pass."""
