"""How server processes reach PostgreSQL and Redis: real ones, held up, pooled, killed and emptied."""
