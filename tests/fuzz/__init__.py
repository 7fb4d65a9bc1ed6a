"""Cases that schemathesis makes up from the API document, sent to the whole application.

`make test` sends some hundred, the same ones each time; `make fuzz` sends 20,000, or as many as `CASES=` says.
"""
