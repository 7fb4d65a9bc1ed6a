"""What the performance report found, written as it found it, beside what we do instead; both on the same rows, in the same run.

Written from the report's descriptions, with our tables and our providers, so that only the pattern differs.
"""
