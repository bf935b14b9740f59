// The peer that our gateway is measured beside: npm's socket.io, as it comes, doing what a bare room does.
// node server.js <port>
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { Server } from "socket.io";

const port = Number(process.argv[2]);
const http = createServer();
// Ours has both by default: no compression, and a heartbeat too slow to be part of a short measurement.
const io = new Server(http, { perMessageDeflate: false, pingInterval: 600_000, serveClient: false });
const answer = { ok: true, position: { epoch: "kQvz", seq: 42 } };

async function fanOut(rate, count, text) {
  const message = { room: "r1", epoch: "kQvz", data: { text } };
  const begun = performance.now();
  for (let turn = 0; turn < count; turn++) {
    const wait = begun + (turn * 1000) / rate - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    io.to("r1").emit("chat.sent", message, "r1:kQvz:42:everyone");
  }
}

io.on("connection", (socket) => {
  socket.join("r1");
  socket.on("chat.send", (_message, ack) => ack(answer));
  socket.on("fan-out", async (rate, count, text, ack) => {
    await fanOut(rate, count, text);
    ack({ ok: true });
  });
});

const { version } = createRequire(import.meta.url)("socket.io/package.json");
http.listen({ port, host: "127.0.0.1", backlog: 4096 }, () => console.log(`ready ${version} ${process.version}`));
