import type { Rule } from "./rule.ts";

const comparison = 'owner === subject && value === principal.id && value !== ""';

/** Whose path it is. */
export const ownerRules: readonly Rule[] = [
  {
    id: "others-path",
    text: "A path that names another user is rejected",
    kept: [["access/owner.ts", comparison, 'owner === subject && value !== ""']],
  },
  {
    id: "owner-case",
    text: "Owners are compared without folding case",
    kept: [["access/owner.ts", comparison, "String(value).toLowerCase() === principal.id.toLowerCase()"]],
  },
  {
    id: "owner-form",
    text: "Owners are compared without normalising",
    kept: [
      [
        "access/owner.ts",
        comparison,
        'String(value).normalize("NFKC").trim() === principal.id.normalize("NFKC").trim()',
      ],
    ],
  },
  {
    id: "owner-decoding",
    text: "Owners are compared without a second decoding",
    kept: [["access/owner.ts", comparison, "decodeURIComponent(String(value)) === principal.id"]],
  },
  {
    id: "routers-value",
    text: "The owner is the value that the framework's own router decoded",
    kept: [
      [
        "adapters/fastify.ts",
        "return (request.params ?? {}) as Record<string, unknown>;",
        'return { ...(request.params as object), userId: request.url.split("/")[2] };',
      ],
    ],
  },
  {
    id: "owner-empty",
    text: "An empty owner is a mismatch, even to itself",
    kept: [["access/owner.ts", ' && value !== "") continue', ") continue"]],
  },
];
