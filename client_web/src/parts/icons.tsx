import type { JSX } from "preact";

const PATHS = {
  send: "M4 12 20 4l-5 16-3.5-6.5L4 12Zm7.5 1.5L20 4",
  photo: "M4 7h4l1.5-2h5L16 7h4v12H4V7Zm8 2.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3-1-6Zm3 11v5",
  trash: "M5 7h14M10 7V5h4v2m-7 0 1 12h8l1-12",
  undo: "M9 8H5V4m0 4a8 8 0 1 1-1 6",
  chat: "M5 6h14v10h-8l-4 3v-3H5V6Z",
  bars: "M5 19V11h4v8m0 0V5h4v14m0 0v-5h4v5M3 19h18",
  now: "M12 5v7l4 3M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  more: "M5 7h14M5 12h14M5 17h14",
  plus: "M12 5v14M5 12h14",
  close: "m6 6 12 12M18 6 6 18",
  question: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8m0 3.2h.01",
  merge: "M7 4v3c0 3.500 5 4 5 8v5m5-16v3c0 3.500-5 4-5 8m-3 2 3 3 3-3",
  check: "m5 12.5 4.5 4.5L19 7.5",
  clock: "M12 7v5l3 2m-3-11a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  play: "M8 5v14l11-7L8 5Z",
  pause: "M8 5v14M16 5v14",
  stop: "M6 6h12v12H6z",
  eye: "M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6Zm9-2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z",
  hidden: "M4 4l16 16M10 6.3A9 9 0 0 1 12 6c5.5 0 9 6 9 6a15 15 0 0 1-3 3.5M6.5 8A14 14 0 0 0 3 12s3.5 6 9 6a9 9 0 0 0 3.5-.7",
  people: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 8c0-3 2.5-5 6-5s6 2 6 5m1-14a3 3 0 0 1 0 6m2 3c2 0.6 3 2.3 3 5",
  down: "m6 9 6 6 6-6",
  left: "m15 6-6 6 6 6",
  up: "m6 15 6-6 6 6",
  alert: "M12 8v5m0 3h.01M12 3 2.5 20h19L12 3Z",
  share: "M12 15V4m0 0L8 8m4-4 4 4M5 13v7h14v-7",
  copy: "M9 9h11v11H9zM5 15V4h11",
  keys: "M3 7h18v10H3zM7 11h.01M12 11h.01M17 11h.01M8 14h8",
  key: "M14.5 14.5a5 5 0 1 0-5-5l-6 6V20h4v-2.5h2.5V15l1.5-1.5a5 5 0 0 0 3 1Zm1-6.5h.01",
  screen: "M3 5h18v12H3zM9 21h6m-3-4v4",
  printer: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  download: "M12 4v11m0 0 4-4m-4 4-4-4M5 15v5h14v-5",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8c0-3.5 3-6 7-6s7 2.5 7 6",
  gift: "M4 11h16v9H4zM3 7h18v4H3zM12 7v13M12 7C9 7 7 6 7 4.7 7 3.6 8 3 9 3c2 0 3 4 3 4s1-4 3-4c1 0 2 .6 2 1.7C17 6 15 7 12 7Z",
  horn: "M4 10v4h3l8 4V6l-8 4H4Zm3 0v4m0 0 1 5h2.5l-1-4M18 9a4 4 0 0 1 0 6",
  link: "M10.5 13.5a3.8 3.8 0 0 0 5.4 0l3-3a3.8 3.8 0 0 0-5.4-5.4l-1 1m1 4.4a3.8 3.8 0 0 0-5.4 0l-3 3a3.8 3.8 0 0 0 5.4 5.4l1-1",
  flag: "M6 21V4m0 0h12l-2.5 4.5L18 13H6",
  heart: "M12 20s-7.5-4.6-7.5-10.2A4.1 4.1 0 0 1 12 7.4a4.1 4.1 0 0 1 7.5 2.4C19.5 15.4 12 20 12 20Z",
  clap: "M7 13.5V8.2a1.4 1.4 0 0 1 2.8 0V6.4a1.4 1.4 0 0 1 2.8 0v1.2a1.4 1.4 0 0 1 2.8 0v2.2a1.4 1.4 0 0 1 2.8 0v4.4c0 3.6-2.5 6.3-6 6.3-2.4 0-4-1-5.2-2.9L4.6 13.7a1.4 1.4 0 0 1 2.4-1.4M18 4.5l1.5-1.7M20 7.5h1.8M14.5 3V1.5",
  brick: "M4 10h16v9H4zM6.5 10V6.5h4V10m3 0V6.5h4V10",
  laugh: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM7.5 10.2 9 9l1.5 1.2m3 0L15 9l1.5 1.2M7.5 13.2h9a4.5 4.5 0 0 1-9 0Z",
  wow: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM9 9.5h.01M15 9.5h.01M12 12.5a2.2 2.5 0 1 0 0 5 2.2 2.5 0 0 0 0-5Z",
  door: "M6 20V4h9v16M4 20h16M12 12h.01",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 24 }: { name: IconName; size?: number }): JSX.Element {
  return <Stroke path={PATHS[name]} size={size} />;
}

/** A drawing of the same hand that only one part of the pages needs. */
export function Stroke({ path, size }: { path: string; size: number }): JSX.Element {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}
