import { isMembers, type Members, membersOf } from "../../openapi/document.ts";
import { parameterInPath } from "../../openapi/operation.ts";

/**
 * What the document's paths begin with: the path of the first server of the operation, its path item or the
 * document, without the slash at its end. Hosts do not matter: whatever a server is called, its paths are
 * those of the backend behind the gate.
 */
export function basePathOf(levels: readonly Members[]): string {
  const [server] = serversOf(levels);
  return server === undefined ? "" : pathOf(server);
}

/** Whether several servers with different paths are named, of which only the first counts. */
export function hasSeveralBasePaths(root: Members): boolean {
  return new Set(serversOf([root]).map(pathOf)).size > 1;
}

/** Those of the first level that names any. */
function serversOf(levels: readonly Members[]): readonly Members[] {
  for (const { servers } of levels) {
    const named = Array.isArray(servers) ? servers.filter(isMembers) : [];
    if (named.length > 0) return named;
  }
  return [];
}

function pathOf({ url, variables }: Members): string {
  if (typeof url !== "string") return "";
  const values = membersOf(variables);
  const text = url.replaceAll(parameterInPath, (_, name: string) =>
    String(membersOf(Object.hasOwn(values, name) ? values[name] : undefined).default ?? ""),
  );
  const path = text.replace(schemeAndHost, "");
  const address = URL.parse(`http://localhost${path.startsWith("/") ? "" : "/"}${path}`);
  return (address?.pathname ?? "").replace(/\/$/, "");
}

/** Cut off as text: a host may be missing, because a variable has no default. */
const schemeAndHost = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i;
