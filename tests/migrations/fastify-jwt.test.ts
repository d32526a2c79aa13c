import { packageOf, tryGuide } from "./support/migration.ts";
import { moveFromLogin } from "./support/own-login.ts";

tryGuide(() =>
  moveFromLogin({
    guide: "coming-from-fastify-jwt.md",
    former: packageOf("@fastify/jwt"),
    newRoute: [/^await app\.listen/m, 'app.get("/api/:userId/new", (request) => request.params);'],
  }),
);
