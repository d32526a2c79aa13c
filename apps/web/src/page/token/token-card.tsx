import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { UserApi } from "../api/user-api.ts";
import { tasksKey } from "../tasks/use-tasks.ts";
import { Button } from "../ui/button.tsx";
import { Loading } from "../ui/loading.tsx";
import { Notice } from "../ui/notice.tsx";
import { copyText } from "./copy-text.ts";
import { Countdown } from "./countdown.tsx";
import { lifetimeOf } from "./time-left.ts";
import { readToken } from "./token-text.ts";
import { TokenView } from "./token-view.tsx";

/** The token that the page sends: its time, a button that copies it, and, folded, its content. */
export function TokenCard({ api }: { api: UserApi }) {
  const queryClient = useQueryClient();
  const token = useSyncExternalStore(api.token.subscribe, api.token.get);
  const copy = useMutation({
    async mutationFn() {
      await copyText(await api.validToken());
    },
  });

  function renew(): void {
    copy.reset();
    api.renewToken();
    queryClient.invalidateQueries({ queryKey: [tasksKey] });
  }

  const parts = token === undefined ? undefined : readToken(token);
  return (
    <section
      aria-labelledby="token-heading"
      className="grid min-w-0 gap-4 rounded-2xl border border-line bg-surface p-4 sm:p-5"
    >
      <h2 id="token-heading" className="font-semibold text-lg tracking-tight">
        Your token
      </h2>
      {token === undefined && <Loading what="Waiting for a token" />}
      {parts && <Countdown lifetime={lifetimeOf(parts.claims)} />}
      <div className="flex flex-wrap gap-2">
        <Button isBusy={copy.isPending} onClick={() => copy.mutate()}>
          Copy token
        </Button>
        <Button onClick={renew}>Get a new token</Button>
      </div>
      <p role="status" className={copy.isSuccess ? "text-muted text-sm" : "sr-only"}>
        {copy.isSuccess && "Copied. Until it expires, anyone who has it can use it as you."}
      </p>
      {copy.error && <Notice kind="bad">Not copied: {copy.error.message}</Notice>}
      {token !== undefined && (
        <details className="border-line border-t pt-3">
          <summary className="font-medium text-sm">Header, claims and signature</summary>
          <div className="mt-3">
            <TokenView parts={parts} />
          </div>
        </details>
      )}
    </section>
  );
}
