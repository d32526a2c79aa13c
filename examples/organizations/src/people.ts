/** The password of everyone here. */
export const password = "correct horse battery staple";

/** The people of each organization, and their roles. */
export const organizations = {
  Acme: { dave: "owner", alice: "member", carol: "member", erin: "admin" },
  Globex: { bob: "owner" },
} as const;

export type Name = "alice" | "bob" | "carol" | "dave" | "erin";

export const addressOf = (name: Name): string => `${name}@example.com`;
