// Speaks to the conformance peers with the official client and prints what it saw as JSON.
// node client.js <url> <polling | websocket | polling,websocket>
import { io } from "socket.io-client";

const [url, transports] = process.argv.slice(2);
const socket = io(`${url}/custom`, {
  transports: transports.split(","),
  auth: { token: "abc" },
  reconnection: false,
  timeout: 30000,
});
const seen = {};

function once(name) {
  return new Promise((resolve) => socket.once(name, (...args) => resolve(args)));
}

socket.on("connect_error", (error) => {
  console.error(error);
  process.exit(1);
});
// Else node would end without a word as soon as nothing can be waited for.
socket.on("disconnect", (reason) => {
  if (reason === "io client disconnect") return;
  console.error(`disconnected: ${reason}`);
  process.exit(1);
});

const auth = once("auth");
await once("connect");
[seen.auth] = await auth;

const engine = socket.io.engine;
if (transports.includes(",") && engine.transport.name !== "websocket") {
  await new Promise((resolve) => engine.once("upgrade", resolve));
}
seen.transport = engine.transport.name;

const back = once("message-back");
socket.emit("message", 1, "二", { three: [true, null] });
seen.back = await back;

const binary = once("message-back");
socket.emit("message", Buffer.from([1, 2, 3]), { deep: [Buffer.from([4])] });
const [first, second] = await binary;
seen.binary = [[...Buffer.from(first)], [...Buffer.from(second.deep[0])]];

seen.ack = await new Promise((resolve) =>
  socket.emit("message-with-ack", "a", 1, (...args) => resolve(args)),
);
const [bytes] = await new Promise((resolve) =>
  socket.emit("message-with-ack", Buffer.from([7, 8]), (...args) => resolve(args)),
);
seen.binaryAck = [...Buffer.from(bytes)];

const order = [];
await Promise.all(
  Array.from({ length: 200 }, (_, number) =>
    socket.emitWithAck("message-with-ack", number).then((answer) => order.push(answer)),
  ),
);
seen.inOrder = order.every((answer, number) => answer === number);

// Long enough for two pings to pass.
await new Promise((resolve) => setTimeout(resolve, 700));
seen.alive = socket.connected;

const end = once("disconnect");
socket.disconnect();
[seen.reason] = await end;
console.log(JSON.stringify(seen));
