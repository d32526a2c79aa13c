import { authorizationFile } from "./authorization.ts";
import { callersFile } from "./callers.ts";
import { configurationFile } from "./configuration.ts";
import { errorsFile } from "./errors.ts";
import { hostsFile } from "./hosts.ts";
import { keySetsFile } from "./keysets.ts";
import { pathsFile } from "./paths.ts";
import { policiesFile } from "./policies.ts";
import { tokensFile } from "./tokens.ts";
import { textOf } from "./vector-file.ts";

/** The text of every vector file, by its name. The same code always gives the same texts. */
export async function generateFiles(): Promise<ReadonlyMap<string, string>> {
  const files = [
    await tokensFile(),
    await authorizationFile(),
    await pathsFile(),
    await policiesFile(),
    await callersFile(),
    await keySetsFile(),
    await configurationFile(),
    hostsFile(),
    await errorsFile(),
  ];
  return new Map(files.map((file) => [`${file.name}.json`, textOf(file)]));
}
