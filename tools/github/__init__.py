"""The GitHub connector: some repositories of one GitHub, over its REST API."""
