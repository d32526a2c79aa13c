import type { TestRunner } from "./project/test-runner.ts";

/** How a test gets the app. */
export type AppExport =
  /** An exported value: `app`, or `default`. `listens` if its file also starts the server. */
  | { readonly kind: "value"; readonly name: string; readonly from: string; readonly listens: boolean }
  /** An exported function that returns the app. */
  | { readonly kind: "function"; readonly name: string; readonly from: string; readonly listens: boolean }
  /** A root module of Nest. */
  | { readonly kind: "nest"; readonly name: string; readonly from: string };

/** What the test file depends on. */
export interface TestOptions {
  readonly runner: TestRunner;
  readonly app: AppExport;
  readonly language: "ts" | "js";
  readonly moduleKind: "esm" | "cjs";
  /** Whether the app is loaded with `require` also where the file is written with `import`. Default: false. */
  readonly isRequired?: boolean;
  /** What needs no token, such as Better Auth's own routes. */
  readonly open: readonly string[];
}

/**
 * A test that tries every route of the app, without a token, with bad ones and as another user. The settings
 * of the guard are those of a test issuer.
 */
export function testFile(options: TestOptions): string {
  const { runner, app, language, moduleKind } = options;
  const isCommonJs = moduleKind === "cjs";
  const load = (names: string, from: string) =>
    isCommonJs ? `const { ${names} } = require("${from}");` : `import { ${names} } from "${from}";`;
  const listens = app.kind !== "nest" && app.listens;
  const imports = [
    ...(app.kind === "nest" && !isCommonJs ? ['import "reflect-metadata";'] : []),
    ...(app.kind === "nest" && isCommonJs ? ['require("reflect-metadata");'] : []),
    ...(listens ? [load("Server", "node:net")] : []),
    ...(runner === "node" ? [load("test", "node:test")] : []),
    ...(app.kind === "nest" ? [load("NestFactory", "@nestjs/core")] : []),
    load("createTestIssuer, expectGuarded", "@usher-auth/testing"),
    ...(runner === "vitest" ? [load("test", "vitest")] : []),
  ];
  return [
    ...imports,
    "",
    "const issuer = createTestIssuer();",
    "// The app reads its settings when it is loaded. Empty ones count as not set.",
    "Object.assign(process.env, {",
    "  BETTER_AUTH_URL: issuer.issuer,",
    "  BETTER_AUTH_SECRET: issuer.secret,",
    '  BETTER_AUTH_SECRETS: "",',
    "  API_URL: issuer.audience,",
    '  USHER_JWKS_URL: "",',
    '  USHER_KEYS: "",',
    "});",
    "",
    ...(listens ? listening(language) : []),
    'test("every route requires a token, and users have only their own paths", async () => {',
    ...steps(options).map((line) => `  ${line}`),
    "});",
    "",
  ].join("\n");
}

/** The file of the app starts its server as well. */
function listening(language: "ts" | "js"): string[] {
  return [
    "// Loading the app also starts its server: on a free port, and it does not keep the test running.",
    "const { listen } = Server.prototype;",
    language === "ts"
      ? "Server.prototype.listen = function (this: Server, ...words: unknown[]) {"
      : "Server.prototype.listen = function (...words) {",
    '  const listener = words.find((word) => typeof word === "function");',
    language === "ts"
      ? '  return listen.call(this, { port: 0, host: "127.0.0.1" }, listener as (() => void) | undefined).unref();'
      : '  return listen.call(this, { port: 0, host: "127.0.0.1" }, listener).unref();',
    "};",
    "",
  ];
}

function steps({ app, language, moduleKind, isRequired = false, open }: TestOptions): string[] {
  const isCommonJs = moduleKind === "cjs";
  const name = app.name === "default" ? (isCommonJs ? "app" : "default: app") : app.name;
  const type = language === "ts" ? ` as typeof import("${app.from}")` : "";
  const module = isCommonJs
    ? `require("${app.from}")`
    : isRequired
      ? `require("${app.from}")${type}`
      : `await import("${app.from}")`;
  const whole = isCommonJs && app.name === "default";
  const loaded = `const ${whole ? "app" : `{ ${name} }`} = ${module};`;
  const options = open.length === 0 ? "{ issuer }" : `{ issuer, public: ${JSON.stringify(open)} }`;
  switch (app.kind) {
    case "value":
      return [loaded, `await expectGuarded(${app.name === "default" ? "app" : app.name}, ${options});`];
    case "function":
      return [
        app.name === "default"
          ? loaded.replace("default: app", "default: buildApp").replace("const app", "const buildApp")
          : loaded,
        `await expectGuarded(await ${app.name === "default" ? "buildApp" : app.name}(), ${options});`,
      ];
    case "nest":
      return [
        loaded,
        `const app = await NestFactory.create(${app.name}, { logger: false });`,
        "await app.init();",
        "try {",
        `  await expectGuarded(app, ${options});`,
        "} finally {",
        "  await app.close();",
        "}",
      ];
  }
}
