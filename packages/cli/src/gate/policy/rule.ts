/** Who may call an operation. */
export type Access =
  /** Anyone. No token is read. */
  | "public"
  /** Anyone; a token that is sent must be valid. */
  | "optional"
  /** Everyone with a valid token who satisfies the rest of the rule. */
  | "required"
  /** No one. */
  | "denied";

/** What one operation requires. */
export interface Rule {
  /** In upper case. `*`: every method that no other rule of the same template names. */
  readonly method: string;
  /** The path, with parameters in braces: `/api/{user_id}/tasks`. A last segment `{rest...}` matches any rest. */
  readonly template: string;
  readonly access: Access;
  /** The claim that each of these path parameters must equal, such as `user_id` → `sub`. */
  readonly owners: ReadonlyMap<string, string>;
  /** Alternatives: all scopes of one of the lists are needed. Empty: none. */
  readonly scopes: readonly (readonly string[])[];
  /** The values that each of these claims may have. A claim that is a list must contain one of them. */
  readonly claims: ReadonlyMap<string, readonly (string | number | boolean)[]>;
  /** Where the rule is stated. */
  readonly source: "document" | "file";
}

/** A rule of the file. Which parameters have an owner may be left to what the document and the settings say. */
export type FileRule = Omit<Rule, "owners"> & { readonly owners: Rule["owners"] | undefined };

/** A rule that fits a request, with the parameters of its path, decoded once. */
export interface Match {
  readonly rule: Rule;
  readonly params: Readonly<Record<string, string>>;
}

/** The rules of a request. Undefined: no rule has this path. */
export type Found =
  | {
      /** Usually one. Several if their templates are equally concrete: all of them must admit. */
      readonly matches: readonly Match[];
    }
  /** The path exists, with other methods: those of `allow`. */
  | { readonly allow: readonly string[] }
  | undefined;

/** Finds the rules of a request. */
export interface RouteTable {
  readonly rules: readonly Rule[];
  /**
   * @param method In upper case. HEAD follows GET if no rule names it.
   * @param segments The path's segments, decoded once: `["api", "u1", "tasks"]`. A trailing slash is an empty
   *   last segment; the root is `[""]`.
   */
  find(method: string, segments: readonly string[]): Found;
}

/** Everything that is known about the routes at one time. Never changes; a new document makes a new one. */
export interface Policy {
  readonly table: RouteTable;
  /** What an operator should look at, one sentence each. Without control characters. */
  readonly warnings: readonly string[];
  /** What an operator may want to know, in the same form. */
  readonly notes: readonly string[];
  /** The document's title. */
  readonly title: string | undefined;
}

/** Where the policy comes from. */
export interface PolicySource {
  /** The last good policy. Undefined until the first document has been read. */
  current(): Policy | undefined;
  /** Resolves when the first policy is there. */
  ready(): Promise<void>;
  /** When the document was last read well, in milliseconds since 1970, and what failed since then. */
  status(): { readonly readAt: number | undefined; readonly failure: string | undefined };
  close(): void;
}
