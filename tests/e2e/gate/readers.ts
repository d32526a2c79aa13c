import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { pythonEnvironment } from "../../../scripts/python/environment.ts";
import { machineEnvironment } from "../support/processes/machine-environment.ts";

const run = promisify(execFile);
/** Milliseconds. Rust compiles two libraries. */
const timeout = 240_000;

/**
 * A language whose function in docs/guide/any-backend.md reads the user's id. Its program takes header values
 * as arguments, and prints a JSON list of what the function makes of each: the bytes of the id in UTF-8, in
 * hex.
 */
export interface Reader {
  readonly language: string;
  /** The name of the block in the guide. */
  readonly block: string;
  /** The programs that must be installed. */
  readonly tools: readonly string[];
  /** Writes the program around the guide's function into the folder. Returns the command that runs it. */
  prepare(folder: string, code: string): Promise<readonly [program: string, ...args: string[]]>;
}

export const readers: readonly Reader[] = [
  {
    language: "Python",
    block: "caller.py",
    tools: ["python3"],
    async prepare(folder, code) {
      const main = `import json, sys\nfrom starlette.datastructures import Headers\n\n${code}
assert user_of(Headers({})) is None
print(json.dumps([user_of(Headers({"X-Usher-User": value})).encode().hex() for value in sys.argv[1:]]))\n`;
      write(folder, { "main.py": main });
      const programs = await pythonEnvironment({
        name: "gate",
        requirements: "examples/gate/fastapi/requirements.txt",
        signal: AbortSignal.timeout(timeout),
        report: console.log,
      });
      return [join(programs, "python"), "-X", "utf8", "main.py"];
    },
  },
  {
    language: "Go",
    block: "caller.go",
    tools: ["go"],
    async prepare(folder, code) {
      const main = `package main

import ("encoding/hex"; "encoding/json"; "net/http"; "net/url"; "os")

${code}
func main() {
	ids := []string{}
	for _, value := range os.Args[1:] {
		request, _ := http.NewRequest("GET", "/", nil)
		request.Header.Set("X-Usher-User", value)
		id, err := userOf(request)
		if err != nil { panic(err) }
		ids = append(ids, hex.EncodeToString([]byte(id)))
	}
	json.NewEncoder(os.Stdout).Encode(ids)
}\n`;
      write(folder, { "go.mod": "module example.com/caller\n\ngo 1.22\n", "main.go": main });
      await build(folder, "go", ["build", "-o", "caller", "."]);
      return ["./caller"];
    },
  },
  {
    language: "Rust",
    block: "caller.rs",
    tools: ["cargo"],
    async prepare(folder, code) {
      const main = `${code}
fn main() {
    assert_eq!(user_of(&http::HeaderMap::new()), None);
    let ids: Vec<String> = std::env::args().skip(1).map(|value| {
        let mut headers = http::HeaderMap::new();
        headers.insert("x-usher-user", value.parse().unwrap());
        user_of(&headers).unwrap().bytes().map(|byte| format!("{byte:02x}")).collect()
    }).collect();
    println!("{ids:?}");
}\n`;
      write(folder, {
        "Cargo.toml":
          '[package]\nname = "caller"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nhttp = "1"\npercent-encoding = "2"\n',
        "src/main.rs": main,
      });
      await build(folder, "cargo", ["build", "--quiet"]);
      return ["target/debug/caller"];
    },
  },
  {
    language: "Java",
    block: "Caller.java",
    tools: ["java", "javac"],
    async prepare(folder, code) {
      const main = `import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Collectors;

class Caller {
${code}
  public static void main(String[] values) {
    if (userOf(null).isPresent()) throw new AssertionError();
    System.out.println(Arrays.stream(values)
      .map(value -> '"' + HexFormat.of().formatHex(userOf(value).get().getBytes(StandardCharsets.UTF_8)) + '"')
      .collect(Collectors.joining(",", "[", "]")));
  }
}\n`;
      write(folder, { "Caller.java": main });
      await build(folder, "javac", ["Caller.java"]);
      return ["java", "-cp", ".", "Caller"];
    },
  },
  {
    language: "PHP",
    block: "caller.php",
    tools: ["php"],
    async prepare(folder, code) {
      const main = `<?php
${code}
if (user_of([]) !== null) throw new Exception();
echo json_encode(array_map(fn ($value) => bin2hex(user_of(["HTTP_X_USHER_USER" => $value])), array_slice($argv, 1)));\n`;
      write(folder, { "main.php": main });
      return ["php", "main.php"];
    },
  },
];

/** Which of the tools is missing on this machine, or undefined. */
export async function missingTool({ tools }: Reader): Promise<string | undefined> {
  for (const tool of tools) {
    const argument = tool === "go" ? "version" : "--version";
    const isThere = await run(tool, [argument]).then(
      () => true,
      (error: { code?: unknown }) => error.code !== "ENOENT",
    );
    if (!isThere) return tool;
  }
  return undefined;
}

/** Runs a prepared program in its folder, and returns what it prints. */
export async function output([program, ...args]: readonly string[], folder: string): Promise<string> {
  const { stdout } = await run(program ?? "", args, { cwd: folder, env: machineEnvironment(), timeout });
  return stdout;
}

async function build(folder: string, program: string, args: readonly string[]): Promise<void> {
  await run(program, args, { cwd: folder, env: { ...process.env, GOTOOLCHAIN: "local" }, timeout });
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}
