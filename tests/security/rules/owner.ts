import type { Rule } from "./rule.ts";

const comparison = 'if (value !== id || value === "") {';

/** Whose path it is. */
export const ownerRules: readonly Rule[] = [
  {
    id: "others-path",
    text: "A path that names another user is rejected",
    kept: [["access/owner.ts", "value !== id || ", ""]],
  },
  {
    id: "owner-case",
    text: "Owners are compared without folding case",
    kept: [["access/owner.ts", comparison, "if (String(value).toLowerCase() !== id.toLowerCase()) {"]],
  },
  {
    id: "owner-form",
    text: "Owners are compared without normalising",
    kept: [
      [
        "access/owner.ts",
        comparison,
        'if (String(value).normalize("NFKC").trim() !== id.normalize("NFKC").trim()) {',
      ],
    ],
  },
  {
    id: "owner-decoding",
    text: "Owners are compared without a second decoding",
    kept: [["access/owner.ts", comparison, "if (decodeURIComponent(String(value)) !== id) {"]],
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
    kept: [["access/owner.ts", ' || value === ""', ""]],
  },
];
