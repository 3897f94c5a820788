"""How each system is reached. Holds no policy: it is handed a grant, or it changes nothing."""
