"""The guard of Starlette and FastAPI applications."""
