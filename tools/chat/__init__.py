"""What platforms of chat have in common: their tools, their plans, and what one is to them."""
