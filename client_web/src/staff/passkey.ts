/** Why no passkey came: this browser or address cannot, it is there already, or the person gave up. */
export class PasskeyFailure extends Error {
  constructor(readonly reason: "no_passkeys" | "passkey_known" | "passkey_given_up") {
    super(reason);
  }
}

/** WebAuthn's JSON forms. Not every browser has the functions that read and write them, so these do. */
interface Descriptor {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}

export type NewPasskeyOptions = Omit<PublicKeyCredentialCreationOptions, "challenge" | "user" | "excludeCredentials" | "extensions"> & {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: Descriptor[];
};

export type AssertionOptions = Omit<PublicKeyCredentialRequestOptions, "challenge" | "allowCredentials" | "extensions"> & {
  challenge: string;
  allowCredentials?: Descriptor[];
};

interface Credential {
  id: string;
  rawId: string;
  type: string;
  authenticatorAttachment?: string;
  clientExtensionResults: object;
}

export interface NewPasskeyAnswer extends Credential {
  response: { clientDataJSON: string; attestationObject: string; transports: string[] };
}

export interface AssertionAnswer extends Credential {
  response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string };
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export function textOf(bytes: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** A passkey belongs to a name; an address of figures has none. */
const FIGURES = /^(\d+\.){3}\d+$|^\[/;

/** Whether this browser can make and use passkeys here; plain http outside localhost cannot. */
export const canUsePasskeys = (host: string = location.hostname): boolean =>
  "PublicKeyCredential" in window && "credentials" in navigator && !FIGURES.test(host);

const described = (some: Descriptor[] | undefined): PublicKeyCredentialDescriptor[] =>
  (some ?? []).map((one) => ({ ...one, id: bytesOf(one.id) }));

function part(credential: PublicKeyCredential): Credential {
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    ...(credential.authenticatorAttachment ? { authenticatorAttachment: credential.authenticatorAttachment } : {}),
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

/** The browser's own words mean nothing to people: they gave up, or this device cannot. */
async function asked<T>(ask: () => Promise<T | null>): Promise<T> {
  if (!canUsePasskeys()) throw new PasskeyFailure("no_passkeys");
  try {
    const answer = await ask();
    if (answer) return answer;
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "InvalidStateError") throw new PasskeyFailure("passkey_known");
    if (name === "SecurityError" || name === "NotSupportedError") throw new PasskeyFailure("no_passkeys");
  }
  throw new PasskeyFailure("passkey_given_up");
}

export async function makePasskey(options: NewPasskeyOptions): Promise<NewPasskeyAnswer> {
  const publicKey = {
    ...options,
    challenge: bytesOf(options.challenge),
    user: { ...options.user, id: bytesOf(options.user.id) },
    excludeCredentials: described(options.excludeCredentials),
  };
  const credential = (await asked(() => navigator.credentials.create({ publicKey }))) as PublicKeyCredential;
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    ...part(credential),
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      attestationObject: textOf(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

export async function showPasskey(options: AssertionOptions): Promise<AssertionAnswer> {
  const publicKey = {
    ...options,
    challenge: bytesOf(options.challenge),
    allowCredentials: described(options.allowCredentials),
  };
  const credential = (await asked(() => navigator.credentials.get({ publicKey }))) as PublicKeyCredential;
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    ...part(credential),
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      authenticatorData: textOf(response.authenticatorData),
      signature: textOf(response.signature),
      ...(response.userHandle ? { userHandle: textOf(response.userHandle) } : {}),
    },
  };
}

/** What a passkey is called when nobody names it: the kind of device it was made on. */
export function deviceName(agent: string = navigator.userAgent): string {
  const system = [
    ["iPhone", /iPhone/],
    ["iPad", /iPad/],
    ["Android", /Android/],
    ["Mac", /Mac OS X|Macintosh/],
    ["Windows", /Windows/],
    ["Linux", /Linux|X11/],
  ] as const;
  const browser = [
    ["Edge", /Edg\//],
    ["WeChat", /MicroMessenger/],
    ["Firefox", /Firefox\//],
    ["Chrome", /Chrome\/|CriOS\//],
    ["Safari", /Safari\//],
  ] as const;
  const first = (of: readonly (readonly [string, RegExp])[]) => of.find(([, sign]) => sign.test(agent))?.[0];
  return [first(browser), first(system)].filter(Boolean).join(" · ") || "?";
}
