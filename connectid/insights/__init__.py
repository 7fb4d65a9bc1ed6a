"""What operators and partners learn about the whole: counts, exports, analytics.

It reads every feature and none reads it.
"""
