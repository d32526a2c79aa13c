import { guard } from "../../../lib/guard.ts";

export const GET = guard.protect({ path: "/api/me" }, (_request, { principal }) =>
  Response.json({ id: principal.id }),
);
