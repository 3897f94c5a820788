"""Traces of calls, by OpenTelemetry, where `[telemetry]` says where they go (docs/telemetry.md)."""
