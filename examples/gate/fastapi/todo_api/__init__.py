"""A todo API in FastAPI. It knows nothing of signing in: the gate in front of it does that."""
