import { CannotRun } from "../../command-line/command.ts";
import { visible } from "../../output/escape.ts";
import { type Document, isMembers, type Members, membersOf } from "./document.ts";
import {
  type Body,
  type Method,
  methods,
  type Operation,
  type Parameter,
  parameterInPath,
} from "./operation.ts";
import { isOwnerParameter } from "./owner-parameter.ts";
import { resolveReference } from "./reference.ts";

/**
 * Every operation of the document, in its order. A part of an operation that cannot be followed (a reference
 * to another file) is left out of it, which then may answer that its request is wrong.
 *
 * @throws {CannotRun} All of a path is in another file: its operations would go untried in silence.
 */
export function operationsOf({ root }: Document, ownerNames: readonly string[]): Operation[] {
  return Object.entries(membersOf(root.paths)).flatMap(([path, value]) => {
    const item = pathItem(path, value, root);
    return Object.entries(item).flatMap(([key, operation]) => {
      const method = key.toUpperCase();
      if (!isMethod(method) || !isMembers(operation)) return [];
      return [
        {
          label: labelOf(method, path),
          method,
          path,
          parameters: parametersOf(item, operation, { path, root, ownerNames }),
          body: bodyOf(operation, root),
          isPublic: isPublic(operation, root),
          root,
        },
      ];
    });
  });
}

/**
 * On one line, with nothing that a terminal would obey: whoever wrote the document writes into the report.
 */
function labelOf(method: Method, path: string): string {
  return visible(`${method} ${path}`).replaceAll("\n", "\\n");
}

/** What is beside a path's reference counts as well. */
function pathItem(path: string, value: unknown, root: Members): Members {
  const item = resolveReference(value, root);
  if (item === undefined && isMembers(value)) {
    throw new CannotRun(
      `What the document says of ${path} is in another file. Make one of them first, with redocly bundle for example.`,
    );
  }
  return { ...item, ...membersOf(value) };
}

function isMethod(name: string): name is Method {
  return (methods as readonly string[]).includes(name);
}

/** RFC 9110 section 7.6.1, and what says how long a body is. */
const framing =
  /^(?:connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

type Place = { path: string; root: Members; ownerNames: readonly string[] };

/**
 * Those of the path and of the operation, which go before; and those that the path has and nobody documented.
 */
function parametersOf(item: Members, operation: Members, { path, root, ownerNames }: Place): Parameter[] {
  const found = new Map<string, Parameter>();
  const add = (parameter: Parameter) => found.set(`${parameter.in} ${parameter.name}`, parameter);
  const optionsOf = (name: string) => ({ isOwner: isOwnerParameter(name, path, ownerNames) });

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
    // OpenAPI: `Authorization` as a parameter is to be ignored; it is what the security scheme says.
    if (parameter.in === "header" && /^(?:authorization|accept|content-type)$/i.test(parameter.name))
      continue;
    // What frames the request is the client's to say.
    if (parameter.in === "header" && framing.test(parameter.name)) continue;
    // RFC 9110 section 5.1: no other name can be sent.
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

/** OpenAPI: an empty list, or an empty requirement in it, says that no credentials are needed. */
function isPublic(operation: Members, root: Members): boolean {
  const { security } = operation;
  if (Array.isArray(security)) return security.length === 0 || security.some(isEmpty);
  // Of a whole document that names no security it is not known that all of it is meant to be open.
  return Array.isArray(root.security) && root.security.some(isEmpty);
}

function isEmpty(requirement: unknown): boolean {
  return isMembers(requirement) && Object.keys(requirement).length === 0;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
