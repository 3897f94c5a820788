"""What is done without a person: the scopes that are switched on, and how much of them is used up."""
