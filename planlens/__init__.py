"""Compare government plans: what was kept, changed, added and dropped, and which numeric targets moved."""
