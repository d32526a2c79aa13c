import { type RunningService, type Service, startService } from "../launch/service.ts";
import { say, serviceOutput } from "../launch/terminal.ts";

/** An API process that restarts whenever it ends, so that a user may kill it and see what happens. */
export type Replica = {
  /** Resolves when it first listens. Rejects with a LaunchError if it fails to start. */
  ready: Promise<void>;
  pid: () => number | undefined;
  /** Stops it without a restart. Resolves to false if it had to be killed. */
  stop: () => Promise<boolean>;
};

export function startReplica(service: Service): Replica {
  const output = serviceOutput(service.name);
  let isStopping = false;
  let running: RunningService = startService(service, output);
  const { ready } = running;
  // No restart when the first start fails: the second would fail as well.
  ready.then(
    () => watch(running),
    () => undefined,
  );

  async function watch(current: RunningService): Promise<void> {
    const how = await current.ended;
    if (isStopping) return;
    say.line(`${how}: restarting it`);
    running = startService(service, output);
    running.ready.catch((error: Error) => say.error(error.message));
    await watch(running);
  }

  return {
    ready,
    pid: () => running.pid,
    stop: () => {
      isStopping = true;
      return running.stop();
    },
  };
}
