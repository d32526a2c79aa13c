import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import type { Packed } from "../../e2e/packages/packed.ts";

/** A registry of npm for tests. */
export interface NpmRegistry {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts a registry that has these packages as if they were published, and sends npm to another registry for
 * all others.
 */
export async function startRegistry(packages: readonly Packed[], others: string): Promise<NpmRegistry> {
  let url = "";
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", url).pathname).slice(1);
    const named = packages.find(({ manifest }) => manifest.name === path);
    const file = packages.find((one) => path === `-/${basename(one.path)}`);
    if (named !== undefined) {
      response.setHeader("content-type", "application/json").end(JSON.stringify(documentOf(named, url)));
    } else if (file !== undefined) {
      response.end(readFileSync(file.path));
    } else {
      response.writeHead(307, { location: new URL((request.url ?? "/").slice(1), others).href }).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** What the registry says about a package: its one version, with its hash. */
function documentOf({ manifest, path }: Packed, url: string): object {
  const version = (manifest as { version?: string }).version ?? "";
  const integrity = `sha512-${createHash("sha512").update(readFileSync(path)).digest("base64")}`;
  const dist = { tarball: `${url}-/${basename(path)}`, integrity };
  return {
    name: manifest.name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...manifest, dist } },
  };
}
