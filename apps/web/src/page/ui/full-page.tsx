import type { ReactNode } from "react";
import { Brand } from "./brand.tsx";

/** Content in the centre of an empty page. */
export function FullPage({ children }: { children: ReactNode }) {
  return (
    <main className="mx-auto grid min-h-dvh max-w-md content-center gap-6 px-4">
      <h1 className="mx-auto">
        <Brand large />
      </h1>
      {children}
    </main>
  );
}
