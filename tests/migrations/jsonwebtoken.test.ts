import { packageOf, tryGuide } from "./support/migration.ts";
import { moveFromSharedSecret } from "./support/shared-secret.ts";

tryGuide(() =>
  moveFromSharedSecret({
    guide: "coming-from-jsonwebtoken.md",
    former: packageOf("jsonwebtoken"),
    newRoute: [
      /^app\.listen/m,
      'app.get("/api/:userId/new", (request, response) => void response.json(request.params));',
    ],
  }),
);
