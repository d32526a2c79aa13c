import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { UserApi } from "../api/user-api.ts";
import { Button } from "../ui/button.tsx";
import { type ProbeKind, probeRequest, probes, sendProbe } from "./probe.ts";
import { ResponseView } from "./response-view.tsx";
import { TokenView } from "./token-view.tsx";

/** Shows the token that the task list uses, and sends requests to the API to show its responses. */
export function Inspector({ api }: { api: UserApi }) {
  const queryClient = useQueryClient();
  const token = useSyncExternalStore(api.token.subscribe, api.token.get);
  const probe = useMutation({
    async mutationFn(kind: ProbeKind) {
      if (token === undefined) throw new Error("There is no token yet");
      const request = probeRequest(kind, { apiUrl: api.apiUrl, userId: api.userId, token });
      return { request, response: await sendProbe(request) };
    },
  });

  function renew(): void {
    api.renewToken();
    queryClient.invalidateQueries();
  }

  return (
    <section
      aria-labelledby="inspector-heading"
      className="grid min-w-0 gap-5 rounded-2xl border border-line bg-surface p-4 sm:p-5"
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id="inspector-heading" className="font-semibold text-lg tracking-tight">
          Token inspector
        </h2>
        <Button onClick={renew}>Get a new token</Button>
      </div>
      <TokenView token={token} />
      <div>
        <h3 className="mb-2 font-medium text-sm">Send a real request</h3>
        <div className="grid grid-cols-2 gap-x-2 gap-y-3">
          {probes.map(({ kind, label, hint }) => (
            <div key={kind} className="grid content-start gap-1">
              <Button
                aria-describedby={`probe-${kind}`}
                disabled={token === undefined}
                isBusy={probe.isPending}
                onClick={() => probe.mutate(kind)}
              >
                {label}
              </Button>
              <p id={`probe-${kind}`} className="text-center text-muted text-xs">
                {hint}
              </p>
            </div>
          ))}
        </div>
      </div>
      <ResponseView exchange={probe.data} isPending={probe.isPending} error={probe.error} />
    </section>
  );
}
