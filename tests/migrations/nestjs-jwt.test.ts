import { packageOf, tryGuide } from "./support/migration.ts";
import { moveFromLogin } from "./support/own-login.ts";

tryGuide(() =>
  moveFromLogin({
    guide: "coming-from-nestjs-jwt.md",
    former: packageOf("@nestjs/jwt"),
    newRoute: [
      /^(?: {2}@UseGuards.*\n)? {2}@Get\("api/m,
      '  @Get("api/:userId/new")\n  newRoute(): object {\n    return {};\n  }\n',
    ],
  }),
);
