import { randomBytes } from "node:crypto";
import type { Answers } from "../answers.ts";
import type { Template } from "./templates.ts";

/** The values in the templates, which are those of a project without any answer. */
const defaults = { issuerUrl: "http://localhost:3000", apiUrl: "http://localhost:3001" };

/** Fills in what the answers change. Templates are whole projects by themselves, so most have nothing to change. */
export function fillTemplate(template: Template, answers: Answers): Template {
  return { path: template.path, content: fill(template, answers) };
}

function fill({ path, content }: Template, answers: Answers): string {
  switch (path) {
    case ".env.example":
      return settings(content, answers);
    case "openapi.json":
      return replaced(content, `"url": "${defaults.apiUrl}"`, `"url": ${JSON.stringify(answers.apiUrl)}`);
    case "README.md":
      return readme(content, answers);
    case "src/auth/auth.ts":
    case "lib/auth.ts":
      return answers.keys === "jwks"
        ? replaced(content, "audience: API_URL }", 'audience: API_URL, algorithm: "EdDSA" }')
        : content;
    default:
      return content;
  }
}

function readme(content: string, { issuer, issuerUrl, apiUrl }: Answers): string {
  const addressed = content.replace("Open http://localhost:3000", () => `Open ${issuerUrl}`);
  const text = addressed.replaceAll(/http:\/\/localhost:300[01]\/api/g, () => `${apiUrl}/api`);
  if (issuer.kind !== "elsewhere") return text;
  return text
    .replace(/^\| `(?:src|lib)\/auth.*\n/m, "")
    .replace(/^\| `app\/page.*\n/m, "")
    .replace(/Open \S+, or sign/, "Sign");
}

function settings(example: string, { issuer, issuerUrl, apiUrl, keys }: Answers): string {
  const values: Record<string, string> = { BETTER_AUTH_URL: issuerUrl, API_URL: apiUrl };
  values.AUTH_PORT = portOf(issuerUrl, "3000");
  values.API_PORT = portOf(apiUrl, "3001");
  let text = example;
  for (const [name, value] of Object.entries(values)) text = withValue(text, name, value);
  if (issuer.kind === "elsewhere") text = text.replace(/^AUTH_PORT=.*\n/m, "");
  // With a key pair, only Better Auth has a secret.
  if (issuer.kind === "elsewhere" && keys === "jwks") text = text.replace(/^#.*\nBETTER_AUTH_SECRET=\n/m, "");
  if (keys === "secret") return text;
  const jwks = new URL("/api/auth/jwks", issuerUrl).href;
  return `${text}# Where the API gets the public keys that tokens are verified with.\nUSHER_JWKS_URL=${jwks}\n`;
}

/**
 * The settings with a new secret. Without one, if Better Auth runs elsewhere: the secret is there already,
 * or, with a key pair, the API needs none.
 */
export function withSecret(example: string, { issuer }: Answers): string {
  if (issuer.kind === "elsewhere") return example;
  return withValue(example, "BETTER_AUTH_SECRET", randomBytes(32).toString("base64url"));
}

function withValue(text: string, name: string, value: string): string {
  return text.replaceAll(/^([A-Z_]+)=.*/gm, (line, found) => (found === name ? `${name}=${value}` : line));
}

/** The port of an address of this machine. Elsewhere, a proxy may listen on the address's port. */
function portOf(url: string, other: string): string {
  const { hostname, port } = new URL(url);
  return /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname) && port !== "" ? port : other;
}

/** Throws if the template does not have the text, so that a change of a template cannot undo an answer. */
function replaced(content: string, text: string, by: string): string {
  if (!content.includes(text)) throw new Error(`The template lacks ${text}`);
  return content.replace(text, () => by);
}
