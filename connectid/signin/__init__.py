"""Signing in with any browser: phone number, code by SMS, backup code, consent; then a code for the client that asked.

``docs/topics/sign-in.md`` shows the whole flow. The pages work without JavaScript, and speak what ``settings.LANGUAGES`` lists.
"""
