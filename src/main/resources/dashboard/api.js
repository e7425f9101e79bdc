// Calls of the service. A token is asked for when one is needed, and kept for this tab only.

const TOKEN = 'checkpoint-recovery-token';

export const token = () => sessionStorage.getItem(TOKEN);

export class ApiError extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `The service answered ${status}.`);
    this.status = status;
    this.errors = problem.errors ?? [];
  }
}

export function authorized(headers = {}) {
  return token() ? {...headers, Authorization: `Bearer ${token()}`} : headers;
}

let asking = null;

/** Asks once, however many calls wait for it. */
export function askForToken() {
  asking ??= new Promise(resolve => {
    const dialog = document.getElementById('token-dialog');
    const field = document.getElementById('token');
    if (token()) {
      document.getElementById('token-why').textContent = 'That was not the token. It is kept for this tab only.';
    }
    field.value = '';
    dialog.showModal();
    dialog.addEventListener('close', () => {
      if (field.value.trim()) {
        sessionStorage.setItem(TOKEN, field.value.trim());
      }
      field.value = '';
      asking = null;
      resolve();
    }, {once: true});
  });
  return asking;
}

/** Sends a request and returns the response when it is a 2xx; throws an ApiError otherwise. */
export async function send(method, path, {body, headers = {}, signal} = {}) {
  for (;;) {
    const sent = token();
    const response = await fetch(path, {method, body, headers: authorized(headers), signal, cache: 'no-store'});
    if (response.status === 401) {
      if (sent === token()) {
        await askForToken();
      }
      continue;
    }
    if (!response.ok) {
      throw new ApiError(response.status, await response.json().catch(() => ({})));
    }
    return response;
  }
}

export const get = async path => (await send('GET', path)).json();

export async function post(path, value) {
  const response = value === undefined
    ? await send('POST', path)
    : await send('POST', path, {body: JSON.stringify(value), headers: {'Content-Type': 'application/json'}});
  return response.json();
}

/** The first whole lines of results or errors. */
export async function firstLines(path, most) {
  try {
    const text = await (await send('GET', path, {headers: {Range: 'bytes=0-16383'}})).text();
    const lines = text.split('\n');
    return lines.slice(0, Math.min(most, lines.length - 1));
  } catch (e) {
    if (e.status === 416) {
      return [];
    }
    throw e;
  }
}

/** Saves what is at a path. Without a token the browser loads it by itself, whatever its size. */
export async function download(path, name) {
  const link = document.createElement('a');
  link.download = name;
  if (token()) {
    const address = URL.createObjectURL(await (await send('GET', path)).blob());
    link.href = address;
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  } else {
    link.href = path;
  }
  link.click();
}

export function curl(method, path, body) {
  const parts = ['curl'];
  if (method !== 'GET' && !(method === 'POST' && body)) {
    parts.push('-X', method);
  }
  if (token()) {
    parts.push('-H', '"Authorization: Bearer $TOKEN"');
  }
  if (body) {
    parts.push('-H', "'Content-Type: application/json'", '-d', `'${JSON.stringify(body).replaceAll("'", "'\\''")}'`);
  }
  parts.push(location.origin + path);
  return parts.join(' ');
}
