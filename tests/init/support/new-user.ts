/** A person with an empty folder and a terminal, who opens no file. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { delimiter, dirname, join, sep } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { run, waitUntil } from "../../e2e/support/processes/program.ts";

/** What a command printed. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** How long a command took, in milliseconds. */
interface Timed {
  readonly line: string;
  readonly milliseconds: number;
}

/** Variables of the machine: certificates, and npm's settings such as the registry. */
const machineNames =
  /^(?:HOME|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|npm_config_(?:registry|cache))$/i;

export class NewUser {
  readonly folder: string;
  readonly #commands: Timed[] = [];
  readonly #environment: Readonly<Record<string, string>>;

  /** @param environment - variables that the person has set in the shell */
  constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.folder = folder;
    const ofMachine = Object.entries(process.env).filter(([name]) => machineNames.test(name));
    this.#environment = {
      ...(Object.fromEntries(ofMachine) as Record<string, string>),
      PATH: searchPath(),
      NO_COLOR: "1",
      ...environment,
    };
  }

  /**
   * Runs a command to its end.
   *
   * @throws {Error} It failed. The message has what it printed.
   */
  async run(line: string, environment: Readonly<Record<string, string>> = {}): Promise<Output> {
    const [program = "", ...args] = line.split(" ");
    const started = performance.now();
    const env = { ...this.#environment, ...environment };
    try {
      return await promisify(execFile)(program, args, { cwd: this.folder, env, maxBuffer: 2 ** 24 });
    } catch (error) {
      const { stdout = "", stderr = "" } = error as Partial<Output>;
      throw new Error(`${line}: ${(error as Error).message}\n${stdout}\n${stderr}`);
    } finally {
      this.#commands.push({ line, milliseconds: performance.now() - started });
    }
  }

  /** Starts a command that runs until the test ends. Resolves when all of the addresses answer with success. */
  async start(line: string, addresses: readonly string[]): Promise<void> {
    const [program = "", ...args] = line.split(" ");
    const started = performance.now();
    const running = run(program, args, { cwd: this.folder, env: this.#environment });
    onTestFinished(() => running.stop());
    const answers = async () => (await Promise.all(addresses.map(isUp))).every(Boolean);
    await waitUntil(answers, running);
    this.#commands.push({ line, milliseconds: performance.now() - started });
  }

  /** How long the commands took together. */
  seconds(): number {
    return this.#commands.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  }

  /** How long each command took, and all of them. */
  times(): string {
    const row = (seconds: number, line: string) => `${seconds.toFixed(1).padStart(6)} s  ${line}`;
    const rows = this.#commands.map(({ line, milliseconds }) => row(milliseconds / 1000, line));
    return [...rows, row(this.seconds(), "in total")].join("\n");
  }
}

function isUp(address: string): Promise<boolean> {
  return fetch(address).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** An empty folder, and the packages beside it. */
export async function emptyFolder(parent: string, name: string): Promise<string> {
  const folder = join(parent, name);
  await mkdir(folder);
  return folder;
}

/** This repository's Node first, and none of its packages: a project must bring the programs that it runs. */
function searchPath(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const others = folders.filter(
    (folder) => !folder.endsWith(join("node_modules", ".bin")) && !folder.includes(`${sep}@npmcli${sep}`),
  );
  return [dirname(process.execPath), ...others].join(delimiter);
}
