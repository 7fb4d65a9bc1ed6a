"""Hot endpoints on a full database: what a request costs the application and the database, and what the database alone would take."""
