"""``python -m tasks_api``: serves the API, with its settings from environment variables."""

import os
import sys
from copy import deepcopy

import uvicorn
from usher_auth import ConfigurationError

from .app import create_app


def main() -> None:
    try:
        app = create_app(os.environ)
    except ConfigurationError as error:
        sys.exit(f"api: {' '.join(str(error).split())}")
    log_config = deepcopy(uvicorn.config.LOGGING_CONFIG)
    # Why a request is refused. The client does not learn it.
    log_config["loggers"]["usher_auth"] = {"handlers": ["default"], "level": "INFO"}
    # One stream: what goes to standard error is why the API could not start.
    log_config["handlers"]["default"]["stream"] = "ext://sys.stdout"
    uvicorn.run(
        app,
        host=os.environ.get("HOST") or "127.0.0.1",
        port=int(os.environ.get("API_PORT") or "3001"),
        log_config=log_config,
        # Its lines would contain the query, and so a token that a client put there by mistake.
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
