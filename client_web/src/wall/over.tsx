import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Room } from "../page";
import { overParts } from "../views";

/** What stands on the wall beside whatever scene is on. */
export function Over({ room }: { room: Room }): JSX.Element {
  const [parts, setParts] = useState<Awaited<ReturnType<typeof overParts>>>([]);
  useEffect(() => {
    // A wall that could not fetch them shows its scenes all the same.
    overParts().then(setParts, () => undefined);
  }, []);
  return (
    <>
      {parts.map(({ name, Each }) => (
        <Each key={name} room={room} />
      ))}
    </>
  );
}
