"""Django's backend for PostgreSQL, whose pool lends and takes back without ceremony (:mod:`connectid.core.postgresql.lending`)."""
