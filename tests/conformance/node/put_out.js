// Joins a room, is put out of it, tries once more, and prints what it saw as JSON.
// node put_out.js <url> <token> <room> <transport>
import { io } from "socket.io-client";

const [url, token, room, transport] = process.argv.slice(2);
const socket = io(url, { transports: [transport], reconnectionDelay: 10, auth: { token, protocol: 1 } });
const seen = [];
const end = () => {
  socket.off("disconnect");
  socket.disconnect();
  console.log(JSON.stringify(seen));
};

socket.onAny((name, body) => {
  if (name === "connection.closed") seen.push([name, body.reason]);
  if (name === "room.role") {
    seen.push([name, body.role]);
    // Comes back over a new transport, with the place that it had.
    socket.io.engine.close();
  }
  if (name === "person.kicked") seen.push([name]);
});
let tries = 0;
socket.on("connect", async () => {
  tries += 1;
  const { ok, audience } = await socket.emitWithAck("room.join", { id: `j${tries}`, room });
  seen.push(["joined", socket.recovered, ok, audience]);
  if (tries === 2) end();
});
socket.on("disconnect", (reason) => {
  seen.push(["disconnect", reason, socket.active]);
  if (reason === "io server disconnect") socket.connect();
});
socket.on("connect_error", (error) => {
  seen.push(["connect_error", error.data?.code, socket.active]);
  end();
});
