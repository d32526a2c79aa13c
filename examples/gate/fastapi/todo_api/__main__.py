"""``python -m todo_api``: serves the API on loopback, with its settings from environment variables."""

import os
from copy import deepcopy
from pathlib import Path

import uvicorn

from .app import create_app


def main() -> None:
    log_config = deepcopy(uvicorn.config.LOGGING_CONFIG)
    log_config["loggers"]["todo_api"] = {"handlers": ["default"], "level": "INFO"}
    # One stream: what goes to standard error is why the API could not start.
    log_config["handlers"]["default"]["stream"] = "ext://sys.stdout"
    uvicorn.run(
        create_app(Path(os.environ.get("DATA_DIR") or ".data")),
        # Never another address: who reaches this API without the gate may read and change everything.
        host="127.0.0.1",
        port=int(os.environ.get("PORT") or "8000"),
        log_config=log_config,
        # The gate's log has a line for each request.
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
