// Loaded with `--import`: the process's clock is an hour ahead, like that of a machine that was set wrong.
const { now } = Date;
Date.now = () => now() + 3_600_000;
