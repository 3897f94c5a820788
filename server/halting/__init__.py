"""The kill switch as rows of the store, and what goes by them. policies/halt.py says what it means.

A change of it is one row, committed at once, on a connection that waits for nobody's turn (rows.py). A
transaction in the ordinary queue that comes after it therefore has nothing beside it that started before:
what it lists is all that is still in flight (flights.py). Whoever starts something reads the switch in that
very transaction, and once more right before it is sent (guard.py).
"""
