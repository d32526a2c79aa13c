import "./api/server.ts";
