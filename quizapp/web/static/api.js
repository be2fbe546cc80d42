// One JSON call. NoReply means: nothing can be concluded, send the same again (no network, time-out, a Wi-Fi portal's page in place of ours).
export class NoReply extends Error {}

const TIMEOUT_MS = 15000;
const KEEPALIVE_BYTES = 60000; // browsers refuse more in requests that outlive the page

function token() {
  const meta = document.querySelector('meta[name="csrf-token"]');
  return meta ? meta.content : "";
}

export function retryAfterMs(headers) {
  const value = headers.get("Retry-After");
  if (!value) return 0;
  const seconds = Number(value);
  const ms = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return Math.max(0, ms || 0);
}

async function readJson(response) {
  const type = response.headers.get("Content-Type") || "";
  if (!/json/.test(type)) return null;
  try {
    return await response.json();
  } catch (broken) {
    throw new NoReply("the reply was cut");
  }
}

export async function call(method, url, body) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const sentAt = performance.now();
  try {
    const response = await fetch(url, {
      method,
      body: text,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      keepalive: Boolean(text) && text.length * 3 < KEEPALIVE_BYTES,
      signal: abort.signal,
      headers: text ? { "Content-Type": "application/json", "X-CSRFToken": token(), Accept: "application/json" } : { Accept: "application/json" },
    });
    const json = await readJson(response);
    if (json === null && response.status < 500) throw new NoReply("not our server's reply");
    return { status: response.status, body: json || {}, retryAfter: retryAfterMs(response.headers), sentAt, gotAt: performance.now() };
  } catch (error) {
    throw error instanceof NoReply ? error : new NoReply(String(error));
  } finally {
    clearTimeout(timer);
  }
}

// After a new sign-in the page's token is the old session's: take the new one from the page itself.
export async function renewToken(pageUrl) {
  const response = await fetch(pageUrl, { credentials: "same-origin", cache: "no-store" });
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector('meta[name="csrf-token"]');
  const meta = document.querySelector('meta[name="csrf-token"]');
  if (!fresh || !meta || fresh.content === meta.content) return false;
  meta.content = fresh.content;
  return true;
}

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
