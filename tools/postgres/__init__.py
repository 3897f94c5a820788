"""PostgreSQL: see docs/postgres.md."""
