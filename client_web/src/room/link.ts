import { io } from "socket.io-client";
import { Failure, failureOf } from "./failure";
import type { Answer } from "./messages";

export interface LinkListener {
  up(): void;
  down(): void;
  /** The server will not have us with this token; the link stays down until `connect`. */
  refused(failure: Failure): void;
  event(type: string, body: unknown): void;
}

/** A way to the server that comes back by itself. Requests go out only while it is up. */
export interface Link {
  readonly isUp: boolean;
  listen(listener: LinkListener): void;
  connect(): void;
  /** Come back at once, with the newest token. */
  renew(): void;
  close(): void;
  /** The answer, or a rejection with `timeout` or `network`: then nobody knows whether it arrived. */
  request(type: string, body: object, within: number): Promise<Answer>;
}

const PROTOCOL = 1;
const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 8_000;
/** How long the server may take to let us in once the connection stands; the library itself waits for good. */
const LET_IN_WITHIN = 8_000;
/** A connection that lasted so long was a good one. */
const GOOD = 3_000;

export function socketLink(token: () => string): Link {
  const socket = io({
    path: "/socket.io",
    transports: ["websocket", "polling"],
    // Without it a proxy that breaks WebSockets would keep us out for good.
    tryAllTransports: true,
    autoConnect: false,
    forceNew: true,
    reconnectionDelay: FIRST_PAUSE,
    reconnectionDelayMax: LONGEST_PAUSE,
    timeout: 10_000,
    auth: (give) => give({ token: token(), protocol: PROTOCOL }),
  });
  const wake = () => {
    // Timers sleep in a hidden page; whoever looks at it again should not wait for the next try.
    if (document.visibilityState === "visible" && wanted && !socket.connected) renew();
  };
  let wanted = false;
  let upSince = 0;
  let heardAt = 0;
  let bad = 0;
  // A server that is going away lets us in at its door and closes; the library would take that for success
  // and come back at once, again and again.
  const slowDown = () => {
    bad = upSince > 0 && Date.now() - upSince > GOOD ? 0 : bad + 1;
    upSince = 0;
    socket.io.reconnectionDelay(Math.min(FIRST_PAUSE * 2 ** Math.max(0, bad - 1), LONGEST_PAUSE));
  };
  const renew = () => {
    socket.disconnect();
    socket.connect();
  };
  let knock: ReturnType<typeof setTimeout> | undefined;
  socket.io.on("open", () => {
    clearTimeout(knock);
    knock = setTimeout(() => wanted && !socket.connected && renew(), LET_IN_WITHIN);
  });
  socket.io.on("close", () => clearTimeout(knock));

  return {
    get isUp() {
      return socket.connected;
    },
    listen(listener) {
      socket.on("connect", () => {
        clearTimeout(knock);
        upSince = Date.now();
        listener.up();
      });
      socket.on("disconnect", (reason) => {
        slowDown();
        listener.down();
        // A server that ends us for good says why only when we ask again.
        if (reason === "io server disconnect") setTimeout(() => wanted && socket.connect(), 100 + Math.random() * 600);
      });
      socket.on("connect_error", (error) => {
        clearTimeout(knock);
        listener.down();
        if (socket.active) return;
        const data = (error as Error & { data?: unknown }).data;
        listener.refused(data ? failureOf(data) : failureOf({ code: error.message }));
      });
      const heard = () => {
        heardAt = Date.now();
      };
      socket.io.on("packet", heard);
      socket.io.on("ping", heard);
      socket.onAny((type: string, body: unknown) => listener.event(type, body));
    },
    connect() {
      wanted = true;
      document.addEventListener("visibilitychange", wake);
      window.addEventListener("online", wake);
      socket.connect();
    },
    renew,
    close() {
      wanted = false;
      document.removeEventListener("visibilitychange", wake);
      window.removeEventListener("online", wake);
      socket.disconnect();
    },
    async request(type, body, within) {
      if (!socket.connected) throw new Failure("network", "", true);
      const asked = Date.now();
      try {
        return (await socket.timeout(within).emitWithAck(type, body)) as Answer;
      } catch {
        // Not a word since: on a lossy network TCP waits longer after each loss, up to minutes. A new connection does not.
        if (socket.connected && heardAt < asked) renew();
        throw new Failure(socket.connected ? "timeout" : "network", "", true);
      }
    },
  };
}
