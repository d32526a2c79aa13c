/** Better Auth and the API in one process, for development. In production, start each by itself. */
import "./auth/server.ts";
import "./api/server.ts";
