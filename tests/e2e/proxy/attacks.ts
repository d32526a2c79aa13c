/** Everything that a page can do to send a request. Runs in the page, so it uses nothing of this file. */
export async function attack(target: string): Promise<void> {
  const settled: Promise<unknown>[] = [];
  const silent = (promise: Promise<unknown>) => settled.push(promise.catch(() => undefined));
  const url = (name: string) => `${target}/${name}`;

  for (const method of ["GET", "POST", "HEAD"])
    silent(fetch(url(`no-cors-${method}`), { method, mode: "no-cors", credentials: "include" }));
  for (const method of ["GET", "POST", "PUT", "DELETE"])
    silent(fetch(url(`cors-${method}`), { method, credentials: "include", headers: { "x-a": "1" } }));
  silent(fetch(url("cors-simple"), { method: "POST", credentials: "include", body: "{}" }));
  silent(
    fetch(url("no-referrer"), { mode: "no-cors", credentials: "include", referrerPolicy: "no-referrer" }),
  );
  silent(
    fetch(url("keepalive"), {
      method: "POST",
      mode: "no-cors",
      credentials: "include",
      keepalive: true,
      body: "a",
    }),
  );
  navigator.sendBeacon(url("beacon"), new Blob(["{}"], { type: "text/plain" }));

  const sources: [string, string][] = [
    ["img", "src"],
    ["script", "src"],
    ["iframe", "src"],
    ["embed", "src"],
    ["object", "data"],
    ["video", "src"],
    ["audio", "src"],
  ];
  for (const [tag, attribute] of sources) {
    const element = document.createElement(tag);
    element.setAttribute(attribute, url(tag));
    document.body.append(element);
  }
  for (const rel of ["stylesheet", "prefetch", "preload", "modulepreload", "manifest"]) {
    const link = Object.assign(document.createElement("link"), { rel, href: url(rel), as: "fetch" });
    document.head.append(link);
  }

  for (const [method, enctype] of [
    ["get", "application/x-www-form-urlencoded"],
    ["post", "application/x-www-form-urlencoded"],
    ["post", "multipart/form-data"],
    ["post", "text/plain"],
  ] as const) {
    const frame = Object.assign(document.createElement("iframe"), { name: `${method}-${enctype}` });
    const form = Object.assign(document.createElement("form"), {
      method,
      enctype,
      action: url(`form-${method}`),
      target: frame.name,
    });
    form.append(Object.assign(document.createElement("input"), { name: "a", value: "b" }));
    document.body.append(frame, form);
    form.submit();
  }
  const sandbox = document.createElement("iframe");
  sandbox.setAttribute("sandbox", "allow-scripts allow-forms");
  sandbox.srcdoc = `<form method=post action="${url("sandbox")}"></form><script>document.forms[0].submit()</script>`;
  document.body.append(sandbox);

  const events = new EventSource(url("event-source"), { withCredentials: true });
  const socket = new WebSocket(url("socket").replace("http", "ws"));
  await Promise.all(settled);
  await new Promise((resolve) => setTimeout(resolve, 700));
  events.close();
  socket.close();
}
