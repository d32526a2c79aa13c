import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from "@modelcontextprotocol/sdk/shared/auth.js";

/** Follows an authorization URL to the client's redirect URL. */
type UserAgent = { authorize(url: URL, email: string): Promise<URL> };

/** A program without its own server, on the user's machine. */
export class OAuthClient implements OAuthClientProvider {
  readonly redirectUrl = "http://127.0.0.1:33418/callback";
  readonly clientMetadata: OAuthClientMetadata = {
    client_name: "An assistant",
    redirect_uris: [this.redirectUrl],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
  readonly #browser: UserAgent;
  readonly #email: string;
  #information: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #verifier = "";
  get accessToken(): string {
    return this.#tokens?.access_token ?? "";
  }

  get idToken(): string {
    return this.#tokens?.id_token ?? "";
  }

  /** The query of each authorization request. */
  readonly requested: URLSearchParams[] = [];
  /** The code of the last authorization. */
  code = "";

  constructor(browser: UserAgent, email: string) {
    this.#browser = browser;
    this.#email = email;
  }

  clientInformation(): OAuthClientInformationMixed | undefined {
    return this.#information;
  }
  saveClientInformation(information: OAuthClientInformationMixed): void {
    this.#information = information;
  }
  tokens(): OAuthTokens | undefined {
    return this.#tokens;
  }
  saveTokens(tokens: OAuthTokens): void {
    this.#tokens = tokens;
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }
  codeVerifier(): string {
    return this.#verifier;
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    this.requested.push(url.searchParams);
    const arrived = await this.#browser.authorize(url, this.#email);
    this.code = arrived.searchParams.get("code") ?? "";
    if (this.code === "") throw new Error(`no code: ${arrived}`);
  }
}

/** The claims of a token, which is not verified. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}
