import { password } from "./authorization-server.ts";

/** A user's browser: it keeps cookies, and fills in the sign-in and the consent page. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();
  /** The scopes that the user agrees to. Undefined: all that the client asks for. */
  scopes: readonly string[] | undefined;
  /** The pages that the user has seen. */
  readonly seen: string[] = [];

  /** @param origin - the authorization server's */
  constructor(origin: string) {
    this.#origin = origin;
  }

  async signUp(email: string): Promise<string> {
    const { user } = (await this.post("/api/auth/sign-up/email", { email, name: "Ada", password })) as {
      user: { id: string };
    };
    return user.id;
  }

  async signIn(email: string): Promise<void> {
    await this.post("/api/auth/sign-in/email", { email, password });
  }

  get headers(): Headers {
    return new Headers({ cookie: this.#cookie(), origin: this.#origin });
  }

  async get(path: string): Promise<unknown> {
    return await (await this.#fetch(new URL(path, this.#origin))).json();
  }

  /** Opens an authorization URL, and follows it to the client's redirect URL. */
  async authorize(url: URL, email: string): Promise<URL> {
    let next = url;
    for (let step = 0; step < 10; step++) {
      if (next.origin !== this.#origin) return next;
      this.seen.push(next.pathname);
      const query = next.search.slice(1);
      if (next.pathname === "/sign-in")
        next = this.#target(
          await this.post("/api/auth/sign-in/email", { email, password, oauth_query: query }),
        );
      else if (next.pathname === "/consent")
        next = this.#target(
          await this.post("/api/auth/oauth2/consent", {
            accept: true,
            ...(this.scopes && { scope: this.scopes.join(" ") }),
            oauth_query: query,
          }),
        );
      else next = await this.#follow(next);
    }
    throw new Error(`no way to the client: ${this.seen}`);
  }

  async post(path: string, body: object): Promise<unknown> {
    const response = await this.#fetch(new URL(path, this.#origin), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  }

  /** Better Auth answers `fetch` with JSON, and a navigation with a redirect. */
  async #follow(url: URL): Promise<URL> {
    const response = await this.#fetch(url);
    const location = response.headers.get("location");
    return location === null ? this.#target(await response.json()) : new URL(location, this.#origin);
  }

  #target(answer: unknown): URL {
    const { url, redirect_uri: uri } = answer as { url?: string; redirect_uri?: string };
    return new URL(url ?? uri ?? "", this.#origin);
  }

  async #fetch(url: URL, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, cookie: this.#cookie(), origin: this.#origin };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split("; ")[0] ?? "").split(/=(.*)/);
      if (line.includes("Max-Age=0")) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }

  #cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }
}
