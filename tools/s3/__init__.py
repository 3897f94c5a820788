"""Amazon S3, and what speaks as it does."""
