import { isMembers, type Members, membersOf } from "../../openapi/document.ts";
import { resolveReference } from "../../openapi/reference.ts";
import type { Access, Rule } from "./rule.ts";

/** Who may call an operation, by its security requirements. */
export interface Security {
  readonly access: Access;
  readonly scopes: Rule["scopes"];
  /** Schemes that no token satisfies, such as an API key. The gate does not check them. */
  readonly otherSchemes: readonly string[];
  /** Alternatives that no token can satisfy, because a scope cannot be part of a token. */
  readonly hasInvalidScope: boolean;
  /** Whether scopes of one alternative are not required, because another one needs none. */
  readonly dropsScopes: boolean;
}

/** RFC 6749 section 3.3, `scope-token`. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const anyToken: Security = {
  access: "required",
  scopes: [],
  otherSchemes: [],
  hasInvalidScope: false,
  dropsScopes: false,
};

/**
 * Reads `security` of an operation, or else of the document. An empty list makes it public; an empty
 * requirement beside others makes a token optional. Everything else requires a token, and so does what cannot
 * be read: absence and mistakes never weaken a check.
 */
export function securityOf(operation: Members, root: Members): Security {
  const requirements = Object.hasOwn(operation, "security") ? operation.security : root.security;
  if (!Array.isArray(requirements)) return anyToken;
  const named = requirements.filter((requirement) => !isEmpty(requirement));
  if (named.length === 0) return { ...anyToken, access: "public" };
  if (named.length < requirements.length) return { ...anyToken, access: "optional" };
  return requiredBy(named.filter(isMembers), root);
}

/** Whether the document says of all its operations that they need no token. */
export function isPublicByDefault({ security }: Members): boolean {
  return Array.isArray(security) && security.every(isEmpty);
}

/** The alternatives that a token can satisfy; if there are none, all of them. */
function requiredBy(requirements: readonly Members[], root: Members): Security {
  const isOther = (scheme: string) => !isOfTokens(scheme, root);
  const otherSchemes = requirements.flatMap((requirement) => Object.keys(requirement).filter(isOther));
  const ofTokens = requirements.filter((requirement) => !Object.keys(requirement).every(isOther));
  const alternatives = (ofTokens.length > 0 ? ofTokens : requirements).map((requirement) => [
    ...new Set(Object.values(requirement).flatMap(textsOf)),
  ]);
  const valid = alternatives.filter((scopes) => scopes.every((scope) => scopeToken.test(scope)));
  const hasInvalidScope = valid.length < alternatives.length;
  if (hasInvalidScope && valid.length === 0)
    return { ...anyToken, access: "denied", otherSchemes, hasInvalidScope };
  const isSatisfiedByAny = valid.some((scopes) => scopes.length === 0);
  return {
    access: "required",
    scopes: isSatisfiedByAny ? [] : valid,
    otherSchemes,
    hasInvalidScope,
    dropsScopes: isSatisfiedByAny && valid.some((scopes) => scopes.length > 0),
  };
}

/** Whether the scheme is a token in `Authorization`. One that is not described is taken for it. */
function isOfTokens(name: string, root: Members): boolean {
  const schemes = membersOf(membersOf(root.components).securitySchemes);
  const scheme = Object.hasOwn(schemes, name) ? resolveReference(schemes[name], root) : undefined;
  const text = (value: unknown) => (typeof value === "string" ? value.toLowerCase() : "");
  if (scheme?.type === "apiKey") return text(scheme.in) === "header" && text(scheme.name) === "authorization";
  if (scheme?.type === "http") return text(scheme.scheme) === "bearer";
  return scheme?.type !== "mutualTLS";
}

function isEmpty(requirement: unknown): boolean {
  return isMembers(requirement) && Object.keys(requirement).length === 0;
}

/** A scope that is not a string cannot be part of a token. In YAML, `- bearer:` is null. */
function textsOf(scopes: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(scopes) ? scopes : scopes === null ? [] : [scopes];
  return list.map((scope) => (typeof scope === "string" && Array.isArray(scopes) ? scope : ""));
}
