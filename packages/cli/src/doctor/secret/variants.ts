import { unquote } from "../../input/trim.ts";
import type { Cause } from "../causes.ts";

/** A variant of a secret that the issuer may have. */
export interface Variant {
  readonly cause: Cause;
  readonly value: string | Uint8Array;
  /** How it differs from the secret in the settings, to complete "… matches <name> …". */
  readonly how: string;
  /** Lines to paste, for the variable of that name. */
  readonly fix: (name: string) => readonly string[];
}

/** The common ways in which a secret differs between two sides. */
export function variantsOf(secret: string): Variant[] {
  const trimmed = secret.trim();
  const unquoted = /^["'`]/.test(trimmed) ? unquote(trimmed) : undefined;
  const variants: Variant[] = [
    {
      cause: "secret_whitespace",
      value: trimmed,
      how: "without surrounding whitespace",
      fix: (name) => [`${name}="$(printf %s "$${name}" | tr -d '[:space:]')"`],
    },
    ...["\n", "\r\n", " ", "\r"].map((space) => ({
      cause: "secret_whitespace" as const,
      value: trimmed + space,
      how: `with ${JSON.stringify(space)} after it, as the issuer has it`,
      fix: () => [
        `BETTER_AUTH_SECRET="$(printf %s "$BETTER_AUTH_SECRET" | tr -d '[:space:]')" # at the issuer`,
      ],
    })),
    ...(unquoted === undefined
      ? []
      : [
          {
            cause: "secret_quotes" as const,
            value: unquoted,
            how: "without surrounding quotes",
            fix: (name: string) => [`${name}="$(printf %s "$${name}" | tr -d "\\"'")"`, ...dockerAdvice],
          },
        ]),
    ...['"', "'"].map((quote) => ({
      cause: "secret_quotes" as const,
      value: `${quote}${trimmed}${quote}`,
      how: `in ${quote} quotes, as the issuer has it`,
      fix: () => [
        `BETTER_AUTH_SECRET="$(printf %s "$BETTER_AUTH_SECRET" | tr -d "\\"'")" # at the issuer`,
        ...dockerAdvice,
      ],
    })),
  ];
  const base64 = Buffer.from(trimmed, "base64");
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(trimmed) && base64.length > 0) {
    variants.push({
      cause: "secret_base64",
      value: base64,
      how: "decoded from base64",
      fix: (name) => [
        `keys: sharedSecret(Buffer.from(process.env.${name}, "base64")) // or let the issuer sign with the text itself`,
      ],
    });
  }
  if (/^(?:[0-9a-f]{2})+$/i.test(trimmed)) {
    variants.push({
      cause: "secret_hex",
      value: Buffer.from(trimmed, "hex"),
      how: "decoded from hexadecimal",
      fix: (name) => [
        `keys: sharedSecret(Buffer.from(process.env.${name}, "hex")) // or let the issuer sign with the text itself`,
      ],
    });
  }
  return variants.filter(({ value }) => value.length > 0 && value !== secret);
}

const dockerAdvice = [
  "docker --env-file and systemd keep quotes as part of the value: write the value without quotes there.",
];
