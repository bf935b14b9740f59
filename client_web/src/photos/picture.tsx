import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Room } from "../page";
import { addressOf, forget, type Size } from "./addresses";
import "./picture.css";

interface PictureProps {
  room: Room;
  photo: { photo: string; width: number; height: number; color: string };
  size: Size;
  alt: string;
}

/** A photo in its colour until it is there, so that nothing moves when it comes. */
export function Picture({ room, photo, size, alt }: PictureProps): JSX.Element {
  const [failed, setFailed] = useState(0);
  const url = addressOf(room, photo.photo, size);
  const scale = size / Math.max(photo.width, photo.height);
  return (
    <span class="picture" style={{ "--color": photo.color }}>
      {url && failed < 3 ? (
        <img
          src={url}
          alt={alt}
          width={Math.round(photo.width * Math.min(1, scale))}
          height={Math.round(photo.height * Math.min(1, scale))}
          loading="lazy"
          decoding="async"
          draggable={false}
          onError={() => {
            setFailed(failed + 1);
            forget(photo.photo);
          }}
        />
      ) : (
        <span class="seen-by-readers">{alt}</span>
      )}
    </span>
  );
}
