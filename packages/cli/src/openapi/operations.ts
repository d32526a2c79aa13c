import { escapeControl } from "../output/escape.ts";
import { type Document, isMembers, type Members, membersOf } from "./document.ts";
import { documentedOperations } from "./documented-operations.ts";
import {
  type Body,
  type Method,
  methods,
  type Operation,
  type Parameter,
  parameterInPath,
} from "./operation.ts";
import { type NamedOwners, type OwnerClaims, ownerClaimOf } from "./owner-parameter.ts";
import { resolveReference } from "./reference.ts";
import { statedRulesOf } from "./stated-rules.ts";

/**
 * Every operation, in the order of the document. A parameter or a body whose reference points to another file
 * is left out; the API may then reject the request as invalid.
 *
 * @param given The owner parameters of `--owner-param`.
 * @param isKnown Whether the users' tokens have a claim. Owners that the document states by another one, such
 *   as a function of the API, count as objects.
 * @throws {CannotRun} A whole path is in another file: its operations would be skipped silently.
 */
export function operationsOf(
  { root }: Document,
  given: OwnerClaims = new Map(),
  isKnown: (claim: string) => boolean = () => true,
): Operation[] {
  return documentedOperations(root).flatMap(({ path, method, item, operation }) => {
    if (!isMethod(method)) return [];
    const stated = statedRulesOf(operation);
    const known = new Map([...stated.owners].filter(([, claim]) => isKnown(claim)));
    return [
      {
        label: labelOf(method, path),
        method,
        path,
        parameters: parametersOf(item, operation, { path, root, owners: { given, stated: known } }),
        body: bodyOf(operation, root),
        isPublic: isPublic(operation, root),
        stated,
        root,
      },
    ];
  });
}

/** One line without control characters: the document's author must not control the report. */
function labelOf(method: Method, path: string): string {
  return escapeControl(`${method} ${path}`).replaceAll("\n", "\\n");
}

function isMethod(name: string): name is Method {
  return (methods as readonly string[]).includes(name);
}

/** Headers that belong to the connection (RFC 9110 section 7.6.1) or frame the body. */
const framing =
  /^(?:connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

/** Where parameters are declared. */
export type Place = { path: string; root: Members; owners: NamedOwners };

/** The parameters of the path and the operation (the operation's win), and undocumented ones in the path. */
export function parametersOf(item: Members, operation: Members, { path, root, owners }: Place): Parameter[] {
  const found = new Map<string, Parameter>();
  const add = (parameter: Parameter) => found.set(`${parameter.in} ${parameter.name}`, parameter);
  const optionsOf = (name: string) => ({ owner: ownerClaimOf(name, path, owners) });

  for (const [, name = ""] of path.matchAll(parameterInPath)) {
    add({
      name,
      in: "path",
      required: true,
      example: undefined,
      schema: { type: "string" },
      ...optionsOf(name),
    });
  }
  for (const value of [...listOf(item.parameters), ...listOf(operation.parameters)]) {
    const parameter = resolveReference(value, root);
    if (typeof parameter?.name !== "string" || !isPlace(parameter.in)) continue;
    // OpenAPI: these header parameters are ignored; security schemes and media types describe them.
    if (parameter.in === "header" && /^(?:authorization|accept|content-type)$/i.test(parameter.name))
      continue;
    // Only the HTTP client sets these.
    if (parameter.in === "header" && framing.test(parameter.name)) continue;
    // Not a valid header name (RFC 9110 section 5.1).
    if (parameter.in === "header" && !/^[!#$%&'*+.^_`|~\w-]+$/.test(parameter.name)) continue;
    if (parameter.in === "path" && !path.includes(`{${parameter.name}}`)) continue;
    const [content] = Object.values(membersOf(parameter.content));
    const described = isMembers(content) ? content : parameter;
    add({
      name: parameter.name,
      in: parameter.in,
      required: parameter.required === true || parameter.in === "path",
      example: exampleOf(described, root),
      schema: described.schema,
      ...optionsOf(parameter.name),
    });
  }
  return [...found.values()];
}

function isPlace(value: unknown): value is Parameter["in"] {
  return value === "path" || value === "query" || value === "header" || value === "cookie";
}

function bodyOf(operation: Members, root: Members): Body | undefined {
  const content = Object.entries(membersOf(resolveReference(operation.requestBody, root)?.content));
  const [mediaType, described] =
    content.find(([type]) => /^application\/(.*\+)?json\b/i.test(type)) ?? content[0] ?? [];
  if (mediaType === undefined || !/^[\x20-\x7e]+$/.test(mediaType) || !isMembers(described)) return undefined;
  return { mediaType, example: exampleOf(described, root), schema: described.schema };
}

function exampleOf(described: Members, root: Members): unknown {
  if (described.example !== undefined) return described.example;
  const [first] = Object.values(membersOf(described.examples));
  return resolveReference(first, root)?.value;
}

/** OpenAPI: an empty list, or an empty requirement in the list, means that no credentials are needed. */
function isPublic(operation: Members, root: Members): boolean {
  const { security } = operation;
  if (Array.isArray(security)) return security.length === 0 || security.some(isEmpty);
  // A document without any `security` does not say that all of its operations are public.
  return Array.isArray(root.security) && root.security.some(isEmpty);
}

function isEmpty(requirement: unknown): boolean {
  return isMembers(requirement) && Object.keys(requirement).length === 0;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
