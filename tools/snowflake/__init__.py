"""A Snowflake source, by its SQL API v2."""
