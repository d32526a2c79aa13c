"""A tasks API in FastAPI. Its users sign in with Better Auth; Usher guards it."""
