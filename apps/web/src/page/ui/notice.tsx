import type { ReactNode } from "react";

type Props = { kind: "plain" | "bad"; children: ReactNode };

/** A message in the page. Screen readers announce a bad one at once. */
export function Notice({ kind, children }: Props) {
  return (
    <div
      role={kind === "bad" ? "alert" : "status"}
      className={`wrap-anywhere rounded-lg border px-3.5 py-2.5 text-sm ${
        kind === "bad" ? "border-bad bg-bad-soft text-bad" : "border-line bg-sunken"
      }`}
    >
      {children}
    </div>
  );
}
