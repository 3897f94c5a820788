"""GitLab, by its REST API v4 (docs.gitlab.com/api/rest)."""
