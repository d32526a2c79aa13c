/**
 * What the guard uses of `node:crypto`, by the browser's Web Crypto.
 *
 * Node's functions return at once, and Web Crypto's later. So an operation without a result yet is noted, and
 * returns a placeholder; `repeatUntilDone` carries out what was noted, and runs the guard again.
 */
const results = new Map<string, { readonly value?: unknown; readonly error?: unknown }>();
const noted = new Map<string, () => Promise<unknown>>();

/** More than the guard needs: keys are imported, then a signature is verified. */
const mostRuns = 6;

/**
 * Runs a synchronous function until all its operations have their results.
 *
 * @throws Error The browser lacks an algorithm.
 */
export async function repeatUntilDone<Result>(run: () => Promise<Result>): Promise<Result> {
  results.clear();
  for (let runs = 0; runs < mostRuns; runs++) {
    noted.clear();
    const result = await attempt(run);
    if (noted.size === 0) {
      results.clear();
      if ("error" in result) throw result.error;
      return result.value;
    }
    for (const [name, operation] of noted) results.set(name, await attempt(operation));
  }
  throw new Error("The operations of this token do not end.");
}

async function attempt<Value>(run: () => Promise<Value>): Promise<{ value: Value } | { error: unknown }> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}

function resultOf<Value>(name: string, placeholder: Value, operation: () => Promise<Value>): Value {
  const result = results.get(name);
  if (result === undefined) {
    noted.set(name, operation);
    return placeholder;
  }
  if ("error" in result) throw result.error;
  return result.value as Value;
}

const hashes: Record<string, string> = { sha256: "SHA-256", sha384: "SHA-384", sha512: "SHA-512" };
const hashLengths: Record<string, number> = { sha256: 32, sha384: 48, sha512: 64 };

const nameOf = (...parts: readonly unknown[]) =>
  parts.map((part) => (part instanceof Uint8Array ? [...part].join(",") : JSON.stringify(part))).join("|");

interface SecretKey {
  readonly bytes: Uint8Array;
}

export function createSecretKey(bytes: Uint8Array): SecretKey {
  return { bytes: Uint8Array.from(bytes) };
}

/** Without a one-shot hash, the guard uses `createHmac`. */
export default { hash: null };

export function createHmac(hash: string, key: SecretKey | Uint8Array | string) {
  const text = new TextEncoder();
  const bytes = typeof key === "string" ? text.encode(key) : "bytes" in key ? key.bytes : key;
  let data = new Uint8Array();
  const mac = {
    update(more: Uint8Array | string) {
      data = new Uint8Array([...data, ...(typeof more === "string" ? text.encode(more) : more)]);
      return mac;
    },
    digest(encoding?: "hex") {
      const value = resultOf(
        nameOf("hmac", hash, bytes, data),
        Buffer.alloc(hashLengths[hash] ?? 0),
        async () => {
          const algorithm = { name: "HMAC", hash: hashes[hash] ?? hash };
          const imported = await crypto.subtle.importKey("raw", Uint8Array.from(bytes), algorithm, false, [
            "sign",
          ]);
          return Buffer.from(new Uint8Array(await crypto.subtle.sign("HMAC", imported, data)));
        },
      );
      return encoding === undefined ? value : value.toString(encoding);
    },
  };
  return mac;
}

/** Nothing is secret from the person at this page. */
export function timingSafeEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

interface PublicKey {
  readonly jwk: Readonly<Record<string, string>>;
  readonly asymmetricKeyDetails: { readonly modulusLength?: number; readonly publicExponent?: bigint };
}

/** The members of a public key. Web Crypto would also check `use`, `alg` and `key_ops`, which the guard does itself. */
const members: Record<string, readonly string[]> = {
  RSA: ["kty", "n", "e"],
  EC: ["kty", "crv", "x", "y"],
  OKP: ["kty", "crv", "x"],
};

export function createPublicKey({ key }: { readonly key: Readonly<Record<string, string>> }): PublicKey {
  const names = members[key.kty ?? ""] ?? [];
  const jwk = Object.fromEntries(names.map((name) => [name, key[name] ?? ""]));
  resultOf(nameOf("import", jwk), undefined, async () => {
    await importKey(jwk, key.kty === "RSA" ? "RSASSA-PKCS1-v1_5" : "", "sha256");
    return undefined;
  });
  if (key.kty !== "RSA") return { jwk, asymmetricKeyDetails: {} };
  const [modulus, exponent] = [jwk.n, jwk.e].map((text) => {
    const hex = Buffer.from(String(text), "base64url").toString("hex");
    return BigInt(`0x${hex || "0"}`);
  }) as [bigint, bigint];
  return {
    jwk,
    asymmetricKeyDetails: { modulusLength: modulus.toString(2).length, publicExponent: exponent },
  };
}

function importKey(jwk: Readonly<Record<string, string>>, family: string, hash: string): Promise<CryptoKey> {
  const algorithm =
    jwk.kty === "RSA"
      ? { name: family, hash: hashes[hash] ?? hash }
      : jwk.kty === "EC"
        ? { name: "ECDSA", namedCurve: jwk.crv ?? "" }
        : { name: "Ed25519" };
  return crypto.subtle.importKey("jwk", jwk, algorithm, false, ["verify"]);
}

export const constants = { RSA_PKCS1_PSS_PADDING: 6, RSA_PSS_SALTLEN_DIGEST: -1 };

type KeyWithPadding = { readonly key: PublicKey; readonly padding: number };

export function verify(
  hash: string | null,
  data: Uint8Array,
  key: PublicKey | KeyWithPadding,
  signature: Uint8Array,
): boolean {
  const isPss = "padding" in key;
  const { jwk } = isPss ? key.key : key;
  return resultOf(nameOf("verify", hash, jwk, isPss, data, signature), false, async () => {
    const family = isPss ? "RSA-PSS" : "RSASSA-PKCS1-v1_5";
    const imported = await importKey(jwk, family, hash ?? "");
    const parameters =
      jwk.kty === "RSA"
        ? { name: family, saltLength: hashLengths[hash ?? ""] ?? 0 }
        : jwk.kty === "EC"
          ? { name: "ECDSA", hash: hashes[hash ?? ""] ?? "" }
          : { name: "Ed25519" };
    const bytes = jwk.kty === "EC" ? fromDer(signature, coordinateLengths[jwk.crv ?? ""] ?? 0) : signature;
    return crypto.subtle.verify(parameters, imported, Uint8Array.from(bytes), Uint8Array.from(data));
  });
}

const coordinateLengths: Record<string, number> = { "P-256": 32, "P-384": 48, "P-521": 66 };

/** The guard makes DER of an ECDSA signature for Node (RFC 3279 section 2.2.3). Web Crypto takes R and S as they were. */
function fromDer(der: Uint8Array, length: number): Uint8Array {
  const raw = new Uint8Array(2 * length);
  let position = (der[1] ?? 0) < 128 ? 2 : 3;
  for (const end of [length, 2 * length]) {
    const size = der[position + 1] ?? 0;
    const number = der.subarray(position + 2, position + 2 + size);
    const digits = number.subarray(Math.max(0, size - length));
    raw.set(digits, end - digits.length);
    position += 2 + size;
  }
  return raw;
}

/** Only for runtimes whose `verify` takes no padding. */
export function createVerify(): never {
  throw new Error("not in a browser");
}
