"""A population of demonstration accounts, as large as a country's workforce, to measure a server with.

``connectid generate`` makes it. Nothing that serves requests imports this.
"""
