"""`/metrics` for Prometheus: what this process measures of its calls, and what the store says of all."""
