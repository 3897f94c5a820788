// Speaks with the host of an MCP App: JSON-RPC 2.0 by postMessage (SEP-1865, 2026-01-26).

const INITIALIZE = 1;
const OPEN = 2;
const SETTLED = {
  waiting: "Nothing is done yet",
  done: "Done",
  in_doubt: "Nobody can say whether it was done",
};

const place = (id) => document.getElementById(id);
const say = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");

function tell(state, told) {
  place("state").textContent = state;
  place("told").textContent = told;
}

function show(result) {
  const meta = result._meta ?? {};
  const call = meta["remit/call"] ?? {};
  const action = result.structuredContent?.action ?? {};
  const waits = typeof meta["remit/difference"] === "string";
  if (result.isError) tell("Not done", result.content?.find(({ type }) => type === "text")?.text ?? "");
  else if (waits) tell(SETTLED.waiting, "You decide on a page of its own.");
  else if (action.replayed) tell("Done before", "Nothing was done now.");
  else tell(SETTLED[action.state] ?? "Answered", action.undo ? "It can be taken back." : "");
  place("difference").innerHTML = waits ? meta["remit/difference"] : "";
  place("onward").hidden = !waits;
  place("open").onclick = () => say({ id: OPEN, method: "ui/open-link", params: { url: call.url } });
}

function report() {
  const { width, height } = document.documentElement.getBoundingClientRect();
  say({ method: "ui/notifications/size-changed", params: { width: Math.ceil(width), height: Math.ceil(height) } });
}

function hear({ id, method, params, result, error }) {
  if (id === INITIALIZE && result) {
    say({ method: "ui/notifications/initialized", params: {} });
    new ResizeObserver(report).observe(document.documentElement);
  } else if (id === OPEN && error) {
    tell(SETTLED.waiting, "This program does not open links. Follow the one in its answer.");
  } else if (method === "ui/notifications/tool-result") {
    show(params);
  } else if (method === "ui/notifications/tool-cancelled") {
    tell("The call was cancelled", "Look at your actions to see whether it was done.");
  } else if (method && id !== undefined) {
    const known = method === "ping" || method === "ui/resource-teardown";
    say({ id, ...(known ? { result: {} } : { error: { code: -32601, message: "Method not found" } }) });
  }
}

addEventListener("message", ({ source, data }) => {
  if (source === parent && data?.jsonrpc === "2.0") hear(data);
});

say({
  id: INITIALIZE,
  method: "ui/initialize",
  params: {
    protocolVersion: "2026-01-26",
    appInfo: { name: "remit", version: "1" },
    appCapabilities: { availableDisplayModes: ["inline"] },
  },
});
