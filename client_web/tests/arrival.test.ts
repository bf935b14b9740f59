import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Arrival } from "../src/parts/arrival";
import { Failure } from "../src/room/failure";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("an arrival", () => {
  it("is tried again by itself where that may help, and forgets why it failed once it has led in", async () => {
    const answers = [new Failure("unavailable", "", true), new Failure("network", "", true, 5_000), null];
    let tries = 0;
    const arrival = new Arrival(async () => {
      const failure = answers[tries++];
      if (failure) throw failure;
    });
    await arrival.go();
    expect(arrival.failure.value?.code).toBe("unavailable");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(arrival.failure.value?.code).toBe("network");
    await vi.advanceTimersByTimeAsync(4_000);
    expect(tries).toBe(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(tries).toBe(3);
    expect(arrival.failure.value).toBeNull();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries).toBe(3);
  });

  it("stays where nothing but a person can help", async () => {
    let tries = 0;
    const arrival = new Arrival(async () => {
      tries += 1;
      throw new Failure("not_found");
    });
    await arrival.go();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries).toBe(1);
    await arrival.go();
    expect(tries).toBe(2);
  });

  it("is never under way twice", async () => {
    let tries = 0;
    let done = () => {};
    const arrival = new Arrival(() => {
      tries += 1;
      return new Promise((resolve) => (done = resolve));
    });
    const first = arrival.go();
    await arrival.go();
    expect(tries).toBe(1);
    done();
    await first;
    expect(arrival.failure.value).toBeNull();
  });
});
