"""The endpoints under ``/o/``, one module each."""
