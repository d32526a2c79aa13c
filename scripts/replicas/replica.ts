import { type RunningService, type Service, startService } from "../launch/service.ts";
import { say, serviceOutput } from "../launch/terminal.ts";

/**
 * An API process that is started again whenever it ends, so that a person may kill it and see what happens.
 */
export type Replica = {
  /** Resolves when it listens for the first time; rejects with a LaunchError where it does not. */
  ready: Promise<void>;
  pid: () => number | undefined;
  /** Ends it for good. Resolves to whether it went cleanly. */
  stop: () => Promise<boolean>;
};

export function startReplica(service: Service): Replica {
  const output = serviceOutput(service.name);
  let isStopping = false;
  let running: RunningService = startService(service, output);
  const { ready } = running;
  // One that never listened is not tried again: what is wrong with it would be wrong again.
  ready.then(
    () => watch(running),
    () => undefined,
  );

  async function watch(current: RunningService): Promise<void> {
    const how = await current.ended;
    if (isStopping) return;
    say.line(`${how}: starting it again`);
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
