/** What describes the machine, and not what its user is working on. */
const ofTheMachine = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "XDG_CACHE_HOME", "CI"],
  // Windows, where names have no case: `Path`, `SystemRoot`.
  ...[
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
  ],
  ...["APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)", "NUMBER_OF_PROCESSORS"],
  // Which certificates this machine trusts, for npm.
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"],
  ...["NODE_COMPILE_CACHE", "CHROMIUM_PATH"],
];

/** The switches of the suites themselves, of which CONTRIBUTING.md and docs/security/README.md tell. */
const switches = ["USHER_VECTORS", "USHER_RUNTIMES", "USHER_DIFFERENTIAL", "USHER_SEED", "USHER_TEST_RUN"];

/** npm's settings (which registry), and those of the test runners, whose processes pass them on. */
const ofTheRunners = /^(?:npm_|vitest|__?stryker)/i;

const kept = new Set([...ofTheMachine, ...switches]);

/**
 * Removes from the environment, in place, whatever the person's shell says: a secret, an address, a port, a
 * proxy, a time zone or a language must not decide whether a test passes. Children inherit the rest.
 */
export function takeNothingFromTheShell(environment: NodeJS.ProcessEnv = process.env): void {
  for (const name of Object.keys(environment)) {
    if (!kept.has(name.toUpperCase()) && !ofTheRunners.test(name)) delete environment[name];
  }
  environment.NODE_ENV = "test";
  // Until then, Node warns of what all of the repository's programs use: type stripping and node:sqlite.
  if (Number(process.versions.node.split(".")[0]) < 24) {
    environment.NODE_OPTIONS = "--disable-warning=ExperimentalWarning";
  }
}
