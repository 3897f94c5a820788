// A host of MCP Apps by the extension's own library: shows a view, and notes what the view asks for.
import { AppBridge, PostMessageTransport } from "@modelcontextprotocol/ext-apps/app-bridge";

window.asked = [];

window.show = async (html, result, opensLinks) => {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  frame.title = "a view";
  frame.style.width = "100%";
  document.body.replaceChildren(frame);
  const bridge = new AppBridge(null, { name: "a host", version: "1" }, opensLinks ? { openLinks: {} } : {});
  if (opensLinks) {
    bridge.onopenlink = async ({ url }) => {
      window.asked.push(`open ${url}`);
      return {};
    };
  }
  bridge.oncalltool = async ({ name }) => {
    window.asked.push(`call ${name}`);
    return { content: [] };
  };
  bridge.onsizechange = ({ height }) => {
    frame.style.height = `${height}px`;
  };
  const ready = new Promise((resolve) => {
    bridge.oninitialized = resolve;
  });
  await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
  frame.srcdoc = html;
  await ready;
  await bridge.sendToolInput({ arguments: {} });
  await bridge.sendToolResult(result);
  window.bridge = bridge;
};
