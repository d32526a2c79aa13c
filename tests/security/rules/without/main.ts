/**
 * `npm run test:rules [-- rule…] [-- --write]`: removes each rule from the code and checks that its test
 * fails.
 */
import { parseArgs } from "node:util";
import { ruleGroups } from "../rules.ts";
import { writeProofs } from "./document.ts";
import { openTrial, type Trial } from "./trial.ts";

const help = `Usage: npm run test:rules -- [rule...] [--write]
Removes each rule from the code, in memory, and runs the tests of its group. The test of the rule's name must
fail by one of its assertions, while others still pass.

  rule     ids of rules, as printed by this command (default: all)
  --write  put what the tests said into docs/security/rules.md; with all rules only
  --help   print this help

Exit code: 0 every rule has a test that fails without it, 1 a rule has none, 2 could not run.`;

const { values: options, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
const known = ruleGroups.flatMap(({ rules }) => rules.map(({ id }) => id));
const unknown = chosen.filter((id) => !known.includes(id));

if (options.help) {
  console.log(help);
} else if (unknown.length > 0 || (options.write && chosen.length > 0)) {
  console.error(
    unknown.length > 0 ? `unknown rule: ${unknown.join(", ")}. See --help.` : "--write needs all rules.",
  );
  process.exitCode = 2;
} else {
  const trial = await openTrial();
  process.exitCode = await tryAll(trial).finally(trial.close);
}

async function tryAll(trial: Trial): Promise<number> {
  const failing = await trial.control(ruleGroups);
  if (failing.length > 0) {
    console.error(`with all rules in place, these tests fail:\n${failing.join("\n")}`);
    return 2;
  }
  const proofs = new Map<string, string>();
  let unproven = 0;
  for (const group of ruleGroups) {
    for (const rule of group.rules.filter(({ id }) => chosen.length === 0 || chosen.includes(id))) {
      const { isProven, because } = await trial.without(rule, group);
      console.log(`${isProven ? "fails" : "STANDS"} without ${rule.id}: ${because}`);
      if (isProven) proofs.set(rule.id, because);
      else unproven++;
    }
  }
  console.log(`${proofs.size} rules whose test fails without them, ${unproven} without such a test`);
  if (options.write && unproven === 0) writeProofs(proofs);
  return unproven === 0 ? 0 : 1;
}
