import type { Answers } from "../answers.ts";
import type { FrameworkName } from "../frameworks.ts";

/** The subpath of `@usher-auth/verify` for a framework. */
export function subpathOf(framework: FrameworkName): string {
  return framework === "next" ? "fetch" : framework;
}

const comments: Partial<Readonly<Record<FrameworkName, string>>> = {
  fastify: "Every route requires a valid token, unless its `config` has `public: true`.",
  express: "Everything that is added to the app after the guard requires a valid token.",
  hono: "Everything that is added to the app after the guard requires a valid token.",
  koa: "Everything that is added to the app after the guard requires a valid token.",
  h3: "Every route requires a valid token, unless its `meta` has `public: true`.",
  "h3-v1": "Everything that is added to the app after the guard requires a valid token.",
  elysia: "Every route that is added after the guard requires a valid token, unless it has `public: true`.",
  nestjs: "Every handler requires a valid token, unless it is marked with `@Public()`.",
};

/**
 * The file with the guard and its options. It reads the environment when the app is built, not when it is
 * loaded, so that a file with settings may be read in between.
 */
export function guardFile(
  { framework, language, moduleKind }: Pick<Answers, "framework" | "language" | "moduleKind">,
  ownerParam: string,
): string {
  const subpath = `@usher-auth/verify/${subpathOf(framework)}`;
  const owner = `A path with \`:${ownerParam}\` is only for that user.`;
  const variables = "The settings are BETTER_AUTH_URL, API_URL, and BETTER_AUTH_SECRET or USHER_JWKS_URL.";
  const comment = comments[framework];
  if (comment === undefined)
    return guardConstant(framework, subpath, ownerParam, owner, variables, moduleKind);
  const guard = framework === "nestjs" ? "UsherModule" : "usher";
  const isTyped = language === "ts";
  const type = framework === "elysia" ? "GuardOptions<TokenClaims, Request>" : "UsherOptions";
  const body = [
    "/**",
    ` * ${comment}`,
    ` * ${owner}`,
    " *",
    ` * ${variables}`,
    " */",
    `${moduleKind === "esm" ? "export " : ""}function usherOptions()${isTyped ? `: ${type}` : ""} {`,
    `  return { verifier: verifierFromEnv(), ownerParam: "${ownerParam}" };`,
    "}",
  ];
  const head =
    moduleKind === "esm"
      ? [
          `import { ${isTyped && framework === "elysia" ? "type TokenClaims, " : ""}verifierFromEnv } from "@usher-auth/verify";`,
          ...(isTyped && framework !== "elysia" ? [`import type { UsherOptions } from "${subpath}";`] : []),
          ...(isTyped && framework === "elysia"
            ? ['import type { GuardOptions } from "@usher-auth/verify/guard";']
            : []),
          "",
          `export { ${guard} } from "${subpath}";`,
          "",
        ]
      : [
          'const { verifierFromEnv } = require("@usher-auth/verify");',
          `const { ${guard} } = require("${subpath}");`,
          "",
        ];
  const foot = moduleKind === "esm" ? [] : ["", `module.exports = { ${guard}, usherOptions };`];
  return [...head, ...body, ...foot, ""].join("\n");
}

/** In these frameworks, each handler is guarded by itself: the file exports the guard. */
function guardConstant(
  framework: FrameworkName,
  subpath: string,
  ownerParam: string,
  owner: string,
  variables: string,
  moduleKind: "esm" | "cjs",
): string {
  const says =
    framework === "trpc"
      ? [
          `Procedures of \`guard.protect(t.procedure)\` require a valid token.`,
          `An input's \`${ownerParam}\` must be the user's own id.`,
        ]
      : ["Handlers of `guard.protect(…)` require a valid token.", owner];
  return [
    ...(moduleKind === "esm"
      ? ['import { verifierFromEnv } from "@usher-auth/verify";', `import { usher } from "${subpath}";`]
      : [
          'const { verifierFromEnv } = require("@usher-auth/verify");',
          `const { usher } = require("${subpath}");`,
        ]),
    "",
    "/**",
    ...says.map((line) => ` * ${line}`),
    " *",
    ` * ${variables}`,
    " */",
    `${moduleKind === "esm" ? "export " : ""}const guard = usher({ verifier: verifierFromEnv(), ownerParam: "${ownerParam}" });`,
    ...(moduleKind === "esm" ? [] : ["", "module.exports = { guard };"]),
    "",
  ].join("\n");
}

/** The middleware of Nuxt and Nitro, which gets every request. */
export function nitroMiddleware(
  ownerParam: string,
  { isNuxt, signIn }: { isNuxt: boolean; signIn: string | undefined },
): string {
  const open = [
    ...(isNuxt ? ['path === "/"', 'path.startsWith("/_nuxt/")'] : []),
    ...(signIn === undefined ? [] : [`path.startsWith(${JSON.stringify(signIn)})`]),
  ];
  return [
    'import { verifierFromEnv } from "@usher-auth/verify";',
    'import { usher } from "@usher-auth/verify/h3-v1";',
    'import { defineEventHandler } from "h3";',
    "",
    `const guard = usher({ verifier: verifierFromEnv(), ownerParam: "${ownerParam}" });`,
    ...(open.length === 0
      ? ["", "/** Every request requires a valid token. */", "export default defineEventHandler(guard);"]
      : [
          "/** Everything else requires a valid token: list what is public, not what is guarded. */",
          `const isPublic = (path: string) => ${open.join(" || ")};`,
          "",
          "export default defineEventHandler((event) => (isPublic(event.path) ? undefined : guard(event)));",
        ]),
    "",
  ].join("\n");
}
