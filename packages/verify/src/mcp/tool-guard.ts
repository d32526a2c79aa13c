import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { type Policy, readPolicies, readRefusal } from "../access/policies.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { grantedScopes } from "../claims/scope.ts";
import { AuthError, ConfigurationError, isAuthError } from "../errors.ts";
import { httpProblem } from "../http/http-problem.ts";
import { type Refusal, refuse } from "../http/problem.ts";
import { quote } from "../log-text.ts";
import { isScope } from "../option-values.ts";
import { host } from "./host.ts";

/**
 * What each tool of an MCP server requires, by its name. An empty list requires a valid token only. The first
 * policy that rejects decides the response: put scopes last, so that no one consents to them in vain.
 */
export type ToolPolicies<Claims = TokenClaims> = Readonly<Record<string, readonly Policy<Claims>[]>>;

/** Checks what the tools require that a message calls. Made by {@link createToolGuard}. */
export interface ToolGuard<Claims = TokenClaims, Source = unknown> {
  /**
   * Checks the policies of the tools that a message calls, or a batch of messages. Returns the response to a
   * rejected message, and undefined for an accepted one.
   *
   * Pass the transport the same value. If it reads the request's body itself, what it runs is not what was
   * checked.
   *
   * @param message The request's body, parsed as JSON. Anything that is not JSON-RPC 2.0 is rejected with
   *   400.
   * @param request The framework's own request object, for `onReject`.
   */
  check(principal: Principal<Claims>, message: unknown, request: Source): Refusal | undefined;
}

/**
 * Creates the guard of an MCP server's tools. All tools have one URL, so the route's policies are for all of
 * them; these are for one. Call it in the handler of `POST`, after the framework's guard.
 *
 * The response to a missing scope is a 403 with the challenge that MCP clients understand
 * (`insufficient_scope`, `scope`, `resource_metadata`): they ask the user for the scopes, and call the tool
 * again. The challenge names the scopes of the token too, because the next token replaces it.
 *
 * A tool that is not listed is rejected for everyone. That 403, and one for a policy that no scope satisfies,
 * asks for nothing.
 *
 * Does NOT verify the token, which the framework's guard has done. Does not check the arguments of tools, nor
 * resources and prompts: those need what the route needs.
 *
 * @param options The options of the framework's guard.
 * @throws {ConfigurationError} An invalid option, or policies that are not a list of policies.
 *
 * @example
 * ```ts
 * import { requireScopes, verifierFromEnv } from "@usher-auth/verify";
 * import type { UsherOptions } from "@usher-auth/verify/fastify";
 * import { createToolGuard } from "@usher-auth/verify/mcp";
 *
 * const options: UsherOptions = { verifier: verifierFromEnv(), ownerParam: null };
 * export const tools = createToolGuard(options, {
 *   list_tasks: [],
 *   add_task: [requireScopes("tasks:write")],
 * });
 * ```
 */
export function createToolGuard<Claims = TokenClaims, Source = unknown>(
  options: GuardOptions<Claims, Source>,
  tools: ToolPolicies<Claims>,
): ToolGuard<Claims, Source> {
  const guard = createGuard<Claims, Source>(options, host);
  const policiesOf = readTools(tools);

  return {
    check(principal, message, request) {
      const messages = Array.isArray(message) ? message : [message];
      if (messages.length === 0 || !messages.every(isJsonRpc)) return notJsonRpc;
      try {
        for (const { method, params } of messages) {
          if (method !== "tools/call") continue;
          const policies = requiredBy(params?.name);
          authorize(principal, policies, request);
        }
        return undefined;
      } catch (error) {
        if (!isAuthError(error)) throw error;
        return withoutVainChallenge(guard.refuse(error, request, principal));
      }
    },
  };

  function authorize(
    principal: Principal<Claims>,
    policies: readonly Policy<Claims>[],
    request: Source,
  ): void {
    try {
      guard.authorize(principal, { params: {}, ownerParams: [], policies }, request);
    } catch (error) {
      throw isAuthError(error) && error.code === "scope_insufficient" && error.scopes?.length
        ? withAllScopes(error, principal, policies)
        : error;
    }
  }

  function requiredBy(tool: unknown): readonly Policy<Claims>[] {
    const policies = policiesOf.get(tool);
    if (policies !== undefined) return policies;
    const name = typeof tool === "string" ? tool : "";
    throw new AuthError("scope_insufficient", {
      hint: `the tool ${quote(name)} is not listed: give it policies, or an empty list`,
    });
  }
}

/**
 * Names the scopes that the client has, too. A client asks for the scopes of the challenge, and its new token
 * replaces the one that it has: it would lose those of the other tools, and ask the user again and again.
 */
function withAllScopes<Claims>(
  { code, hint }: AuthError,
  principal: Principal<Claims>,
  policies: readonly Policy<Claims>[],
): AuthError {
  const needed = policies.flatMap((policy) => readRefusal(policy)?.scopes ?? []);
  const all = new Set([...grantedScopes(principal.claims), ...needed]);
  return new AuthError(code, { hint, scopes: [...all].filter(isScope) });
}

/**
 * At `insufficient_scope`, a client asks its user for consent. If no scope helps, such as for a tool that is
 * not listed, the challenge does not say so.
 */
function withoutVainChallenge(refusal: Refusal): Refusal {
  const { "www-authenticate": challenge, ...headers } = refusal.headers;
  if (challenge === undefined || challenge.includes(', scope="')) return refusal;
  return { ...refusal, headers: { ...headers, "www-authenticate": challenge.replace(insufficient, "") } };
}

const insufficient = /, error="insufficient_scope", error_description="[^"]*"/;

function readTools<Claims>(tools: ToolPolicies<Claims>): ReadonlyMap<unknown, readonly Policy<Claims>[]> {
  if (typeof tools !== "object" || tools === null || Symbol.iterator in tools)
    throw new ConfigurationError(
      "createToolGuard: list the tools, as in { list_tasks: [], add_task: [policy] }.",
    );
  return new Map(
    Object.entries(tools).map(([name, policies]) => {
      if (!Array.isArray(policies))
        throw new ConfigurationError(`tool ${quote(name)}: give a list of policies; empty for none.`);
      return [name, readPolicies(policies, `tool ${quote(name)}`)];
    }),
  );
}

/** A message, as far as it is read. */
interface Message {
  readonly method?: unknown;
  readonly params?: { readonly name?: unknown } | null;
}

/** A body that no parser has read is `undefined`, text or bytes. */
function isJsonRpc(message: unknown): message is Message {
  return typeof message === "object" && message !== null && "jsonrpc" in message && message.jsonrpc === "2.0";
}

const notJsonRpc: Refusal = refuse(httpProblem(400, "The body must be a JSON-RPC 2.0 message."), {});
