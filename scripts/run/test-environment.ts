/** Variables that describe the machine. */
const ofTheMachine = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "XDG_CACHE_HOME", "CI"],
  // Windows. Names are not case-sensitive there: `Path`, `SystemRoot`.
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
  // Certificates, for npm.
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"],
  ...["NODE_COMPILE_CACHE", "CHROMIUM_PATH"],
];

/** Switches of the test suites: see CONTRIBUTING.md and docs/security/README.md. */
const switches = [
  ...["USHER_VECTORS", "USHER_DIFFERENTIAL", "USHER_SEED", "USHER_TEST_RUN", "USHER_PGBOUNCER"],
  "BETTER_AUTH_SOURCES",
];

/** Settings of npm, such as the registry, and of the test runners and their workers. */
const ofTheRunners = /^(?:npm_|vitest|__?stryker)/i;

const kept = new Set([...ofTheMachine, ...switches]);

/**
 * Removes the variables of the user's shell from the environment, in place: a secret, an address, a port, a
 * proxy, a time zone or a language must not decide whether a test passes. Child processes inherit the rest.
 */
export function takeNothingFromTheShell(environment: NodeJS.ProcessEnv = process.env): void {
  for (const name of Object.keys(environment)) {
    if (!kept.has(name.toUpperCase()) && !ofTheRunners.test(name)) delete environment[name];
  }
  environment.NODE_ENV = "test";
  // Before Node.js 24, type stripping and node:sqlite are experimental and print warnings.
  if (Number(process.versions.node.split(".")[0]) < 24) {
    environment.NODE_OPTIONS = "--disable-warning=ExperimentalWarning";
  }
}
