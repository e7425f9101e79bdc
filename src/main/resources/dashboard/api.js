/** Calls the service. After a 401, asks for the token once and repeats the call. */

import { askForToken } from './dialogs.js';

const KEY = 'checkpoint-recovery-token';

/** An error of the service or the connection, with the fields of the response. */
export class Problem extends Error {
  constructor(fields) {
    super(fields.detail);
    Object.assign(this, fields);
  }
}

export function token() {
  return sessionStorage.getItem(KEY);
}

/** Returns the URL of a path of the service, such as /v1/jobs. A proxy may have put the service below a path of its own. */
export function address(path) {
  return new URL(`.${path}`, document.baseURI).href;
}

function authorized(headers) {
  return token() === null ? headers : { ...headers, Authorization: `Bearer ${token()}` };
}

let asking = null;

/** Asks for the token. Concurrent calls share one dialog. A token that changed in the meantime is tried first. */
async function newToken(used) {
  if (token() !== used) {
    return;
  }
  asking ??= askForToken(used !== null).finally(() => {
    asking = null;
  });
  sessionStorage.setItem(KEY, await asking);
}

/** Like fetch, with the token. Returns every response, including errors. */
export async function request(path, options = {}) {
  for (;;) {
    const used = token();
    let answer;
    try {
      answer = await fetch(address(path), { cache: 'no-store', ...options, headers: authorized(options.headers || {}) });
    } catch (e) {
      if (e.name === 'AbortError') {
        throw e;
      }
      throw new Problem({ status: 0, detail: 'The service is unreachable. The request may or may not have been processed.' });
    }
    if (answer.status !== 401) {
      return answer;
    }
    await newToken(used);
  }
}

export async function problemOf(answer) {
  try {
    return new Problem(await answer.json());
  } catch {
    return new Problem({ status: answer.status, detail: `The service responded with ${answer.status}.` });
  }
}

/** Calls the service and returns the JSON of the response, or null. Throws a Problem. */
export async function call(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { 'Content-Type': 'application/json' };
  }
  const answer = await request(path, options);
  if (!answer.ok) {
    throw await problemOf(answer);
  }
  return answer.status === 204 ? null : answer.json();
}

export function jobPath(id) {
  return `/v1/jobs/${encodeURIComponent(id)}`;
}

/** Uploads a file with XMLHttpRequest, because fetch does not report upload progress. */
export async function upload(file, onProgress) {
  for (;;) {
    const used = token();
    const sent = await send(file, onProgress);
    if (sent.status === 201) {
      return JSON.parse(sent.responseText);
    }
    if (sent.status !== 401) {
      let fields;
      try {
        fields = JSON.parse(sent.responseText);
      } catch {
        fields = { status: sent.status, detail: `The service responded with ${sent.status}.` };
      }
      throw new Problem(fields);
    }
    await newToken(used);
  }
}

function send(file, onProgress) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', address(`/v1/files?name=${encodeURIComponent(file.name.slice(-100))}`));
    for (const [name, value] of Object.entries(authorized({ 'Content-Type': 'application/octet-stream' }))) {
      xhr.setRequestHeader(name, value);
    }
    xhr.upload.onprogress = event => onProgress(event.loaded, event.lengthComputable ? event.total : file.size);
    xhr.onload = () => resolve(xhr);
    xhr.onerror = () => reject(new Problem({ status: 0, detail: 'The upload was interrupted. Nothing was kept.' }));
    xhr.send(file);
  });
}

/** Returns the curl command for a call, with $TOKEN instead of the token. */
export function curl(method, path, body) {
  const quoted = text => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = ['curl'];
  if (method !== 'GET' && !(method === 'POST' && body !== undefined)) {
    parts.push('-X', method);
  }
  if (token() !== null) {
    parts.push('-H', '"Authorization: Bearer $TOKEN"');
  }
  if (body !== undefined) {
    parts.push('-H', "'Content-Type: application/json'", '-d', quoted(JSON.stringify(body)));
  }
  const url = address(path);
  parts.push(/^[\w:/.-]*$/.test(url) ? url : quoted(url));
  return parts.join(' ');
}
