import { spawn } from "node:child_process";
import { once } from "node:events";
import { machineEnvironment } from "../../e2e/support/processes/machine-environment.ts";

/** How commands are run. */
export interface Shell {
  readonly folder: string;
  /** Variables, in addition to those of the machine. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Functions and commands that a reader has, and this machine has not. */
  readonly before?: string;
  /** What is typed. */
  readonly input?: string;
}

/** Commands that have ended. */
interface Ended {
  /** Undefined: a signal ended them, or they were stopped. */
  readonly code: number | undefined;
  /** Standard output and standard error, as a terminal shows them. */
  readonly output: string;
}

/** Commands that run. */
export interface Running {
  output(): string;
  readonly ended: Promise<Ended>;
  /** Resolves when the output contains the text. Rejects if they end first. */
  says(text: string): Promise<void>;
  /** Ends all of their processes. */
  stop(): Promise<Ended>;
}

/** Certificates of the machine's network, for npm and pip. */
const certificates = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];

/** Milliseconds until commands that still do not do what is expected are killed. Installing takes minutes. */
const longest = 800_000;

function ofTheMachine(): Record<string, string> {
  const set = certificates.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
  return { ...machineEnvironment(), ...Object.fromEntries(set) };
}

/** Runs commands with bash, in a separate process group. */
export function start(text: string, { folder, environment = {}, before = "", input = "" }: Shell): Running {
  const child = spawn("bash", ["-c", `${before}\n${text}`], {
    cwd: folder,
    env: { ...ofTheMachine(), NO_COLOR: "1", npm_config_update_notifier: "false", ...environment },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  child.stdin.on("error", () => {}).end(input);
  let output = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      for (const look of waiting) look();
    });
  }
  const signalAll = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // They have ended.
    }
  };
  const kill = () => signalAll("SIGKILL");
  process.once("exit", kill);
  const late = setTimeout(kill, longest);
  // Not "close": a server in the background keeps the pipes open.
  const ended = once(child, "exit").then(async ([code]): Promise<Ended> => {
    clearTimeout(late);
    process.off("exit", kill);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { code: (code as number | null) ?? undefined, output };
  });
  return {
    output: () => output,
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!output.includes(text)) return;
          waiting.delete(look);
          // A server, which may run as long as it is needed.
          clearTimeout(late);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then(({ code }) => reject(new Error(`ended with ${code}, without "${text}":\n${output}`)));
      }),
    stop: async () => {
      signalAll("SIGTERM");
      const timer = setTimeout(kill, 10_000);
      const result = await ended;
      clearTimeout(timer);
      kill();
      return result;
    },
  };
}
