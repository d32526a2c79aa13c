import { generateKeyPairSync, sign } from "node:crypto";

/**
 * A self-signed certificate and its key, in PEM: enough for TLS without verification of the peer.
 */
export function selfSignedCertificate(): { readonly certificate: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(set(sequence(objectIdentifier("550403"), element(0x0c, Buffer.from("localhost")))));
  const algorithm = sequence(objectIdentifier("2a8648ce3d040302")); // ecdsa-with-SHA256 (RFC 5758 section 3.2)
  const hour = 3_600_000;
  // RFC 5280 section 4.1, version 1: no extensions.
  const signed = sequence(
    element(0x02, Buffer.of(1)),
    algorithm,
    name,
    sequence(utcTime(Date.now() - hour), utcTime(Date.now() + hour)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = element(0x03, Buffer.of(0), sign("sha256", signed, privateKey));
  return {
    certificate: pem("CERTIFICATE", sequence(signed, algorithm, signature)),
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

/** One element of DER (X.690 section 8.1): tag, length, contents. */
function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

const sequence = (...contents: readonly Buffer[]) => element(0x30, ...contents);
const set = (...contents: readonly Buffer[]) => element(0x31, ...contents);
const objectIdentifier = (hex: string) => element(0x06, Buffer.from(hex, "hex"));

/** YYMMDDHHMMSSZ */
function utcTime(time: number): Buffer {
  return element(
    0x17,
    Buffer.from(
      `${new Date(time)
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, "")
        .slice(2)}`,
    ),
  );
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
