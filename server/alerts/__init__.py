"""What somebody has to know: raised with what happened, and delivered until it is (docs/alerts.md)."""
