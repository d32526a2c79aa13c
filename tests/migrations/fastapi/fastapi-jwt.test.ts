import { tryGuide } from "../support/migration.ts";
import { moveFromSharedSecret } from "../support/shared-secret.ts";
import { findPython, startPython, versionOfPyJwt } from "./start-python.ts";

tryGuide(async () => {
  const python = await findPython();
  if ("missing" in python) return python;
  return await moveFromSharedSecret({
    guide: "coming-from-fastapi-jwt.md",
    former: `PyJWT ${versionOfPyJwt()}`,
    newRoute: [
      '@app.get("/api/{user_id}/tasks")',
      '@app.get("/api/{user_id}/new")\ndef new_route(user_id: str) -> str:\n    return user_id\n\n',
    ],
    start: (code, settings) => startPython(python.program, code, settings),
  });
});
