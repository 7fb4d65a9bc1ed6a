"""The inbox of everything that would have left the server, and the other knobs of a run without outside accounts.

Sandbox adapters of the providers record here what a vendor would have delivered. ``/sandbox/`` shows it in a browser and
``/sandbox/api/`` as JSON. Nothing of it can be reached in production.
"""
