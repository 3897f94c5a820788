"""The pages on which people confirm and approve, and how they sign in to them: server-rendered, no script."""
