import type { Readable, Writable } from "node:stream";
import { isCancel, select, text } from "@clack/prompts";
import { CannotRun } from "../command-line/command.ts";
import type { Terminal } from "../terminal.ts";
import type { Answers } from "./answers.ts";
import type { Questions } from "./decide.ts";
import type { FrameworkName } from "./frameworks.ts";

const labels: Readonly<Record<FrameworkName, string>> = {
  fastify: "Fastify",
  express: "Express",
  hono: "Hono",
  koa: "Koa",
  nestjs: "NestJS",
  h3: "h3 2",
  "h3-v1": "h3 1, Nuxt or Nitro",
  elysia: "Elysia",
  fetch: "Fetch handlers: SvelteKit, React Router, Bun, Deno, Workers",
  next: "Next.js",
  node: "node:http",
  trpc: "tRPC",
};

/** Asks on the terminal. The questions go to standard error, so that standard output has only the result. */
export function askOn({ input, errors }: Terminal): Questions {
  const streams = { input: input as Readable, output: errors as unknown as Writable };
  return {
    framework: (candidates) =>
      answer<FrameworkName>(
        select({
          ...streams,
          message: "Which framework is the API written in?",
          options: candidates.map((value) => ({ value, label: labels[value] })),
        }),
      ),
    issuer: (files) => askIssuer(files, streams),
    keys: () =>
      answer<Answers["keys"]>(
        select({
          ...streams,
          message: "What signs the tokens?",
          options: [
            { value: "secret", label: "A secret that both sides have", hint: "deployed together" },
            { value: "jwks", label: "Better Auth's key pair", hint: "the API cannot issue tokens" },
          ],
        }),
      ),
  };
}

async function askIssuer(
  files: readonly string[],
  streams: { input: Readable; output: Writable },
): Promise<string> {
  if (files.length > 1)
    return answer<string>(
      select({
        ...streams,
        message: "Which of these is the Better Auth that issues the API's tokens?",
        options: files.map((value) => ({ value, label: value })),
      }),
    );
  const address = await answer<string | undefined>(
    text({
      ...streams,
      message: "Where does Better Auth run? Leave it empty to create one.",
      placeholder: "http://localhost:3000",
      validate: (value) => {
        if (value === undefined || value.trim() === "") return undefined;
        const url = URL.parse(value.trim());
        if (url?.protocol !== "http:" && url?.protocol !== "https:") return "An http:// or https:// URL";
        return url.username === "" && url.password === "" ? undefined : "A URL without credentials";
      },
    }),
  );
  return (address ?? "").trim();
}

/** @throws {CannotRun} Ctrl-C. */
async function answer<T>(question: Promise<T | symbol>): Promise<T> {
  const value = await question;
  if (isCancel(value)) throw new CannotRun("Cancelled. Nothing was changed.");
  return value as T;
}
