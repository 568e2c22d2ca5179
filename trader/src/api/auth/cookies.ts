/** What the cookies are for; each goes to no more of the server than it must. */
export type CookieName = 'access' | 'refresh' | 'challenge';

const PATHS: Readonly<Record<CookieName, string>> = { access: '/api/v1', refresh: '/api/v1/auth', challenge: '/api/v1/auth' };

/** Writes and reads the cookies of a session: never visible to scripts, never sent from another site. */
export class SessionCookies {
  readonly #secure: boolean;

  /** `secure` behind TLS: the prefix then lets no other host of the domain set them, at the price that they go to every path. */
  constructor(secure: boolean) {
    this.#secure = secure;
  }

  /** A value for a `Set-Cookie` header; an age of 0 takes the cookie away. */
  write(name: CookieName, value: string, ageMs: number): string {
    return `${this.#name(name)}=${value}; Path=${this.#secure ? '/' : PATHS[name]}; Max-Age=${Math.floor(ageMs / 1000)}; HttpOnly; SameSite=Strict${this.#secure ? '; Secure' : ''}`;
  }

  /** The cookie in a `Cookie` header; undefined where it is not there. */
  read(name: CookieName, header: string | undefined): string | undefined {
    const wanted = `${this.#name(name)}=`;
    return header?.split(';').map((part) => part.trim()).find((part) => part.startsWith(wanted))?.slice(wanted.length);
  }

  #name(name: CookieName): string {
    return `${this.#secure ? '__Host-' : ''}algotrendy-${name}`;
  }
}
