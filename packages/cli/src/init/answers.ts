import type { FrameworkName } from "./frameworks.ts";

/** Where Better Auth runs. */
export type IssuerPlace =
  /** In this project. `configFile` is the file that calls `betterAuth`, relative to the project's folder. */
  | { readonly kind: "here"; readonly configFile: string }
  /** In another project, at this URL. */
  | { readonly kind: "elsewhere"; readonly url: string }
  /** Nowhere yet. */
  | { readonly kind: "create" };

/** What is known of a project, from its files, from flags and from the answers to the questions. */
export interface Answers {
  readonly framework: FrameworkName;
  readonly issuer: IssuerPlace;
  /** `secret`: both sides have BETTER_AUTH_SECRET (HS256). `jwks`: the issuer has a key pair. */
  readonly keys: "secret" | "jwks";
  /** The API's public address: the audience of its tokens. */
  readonly apiUrl: string;
  /** Better Auth's public address: the issuer of the tokens. */
  readonly issuerUrl: string;
  readonly language: "ts" | "js";
  readonly moduleKind: "esm" | "cjs";
}
