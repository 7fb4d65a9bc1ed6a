"""A virtual phone and the journeys it walks over HTTP: `make demo`, and the whole-server tests in `tests/journeys/`."""
