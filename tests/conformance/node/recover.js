// Loses its transport once, comes back by itself, and prints what it saw as JSON.
// node recover.js <url>
import { io } from "socket.io-client";

const socket = io(process.argv[2], { transports: ["websocket"], reconnectionDelay: 10 });
const seen = [];

socket.onAny((name, ...args) => seen.push([name, ...args]));
socket.on("connect", () => {
  seen.push(["connect", socket.recovered]);
  if (socket.recovered) {
    socket.disconnect();
    console.log(JSON.stringify(seen));
  } else {
    socket.emit("ready");
  }
});
socket.on("connect_error", (error) => {
  console.error(error);
  process.exit(1);
});
