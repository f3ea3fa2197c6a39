"""The account book: what ¥ would have become under the rules of the market."""
