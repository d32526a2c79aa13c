import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const adapters = globSync("packages/verify/src/adapters/*.ts", { cwd: root }).map((file) =>
  basename(file, ".ts"),
);

test.each([...adapters, "fastapi"])(
  "the guide of %s has the same sections as the other guides",
  (adapter) => {
    const guide = readFileSync(`${root}/docs/guide/${adapter}.md`, "utf8");
    expect(guide.match(/^## .*/gm)).toEqual([
      "## Install",
      "## Guard the app",
      "## What is protected",
      "## Public routes",
      "## The user's path",
      "## Policies per route",
      "## The principal in handlers",
      "## Errors and logging",
      "## Other shapes",
      "## When a session ends",
      "## Testing",
    ]);
  },
);
