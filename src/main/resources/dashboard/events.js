// One stream of events for the whole page. It comes back by itself, from where it broke off.
import {askForToken, authorized, token} from './api.js';

const FIRST_WAIT = 500;
const LONGEST_WAIT = 5000;
/** The service sends something at least every 15 s. */
const SILENCE = 40_000;

const listeners = new Set();
let lastId = null;

/** Calls the listener with the name and the data of each event; returns what ends that. */
export function watch(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export async function follow() {
  let wait = FIRST_WAIT;
  for (;;) {
    try {
      await read(() => {
        wait = FIRST_WAIT;
        lost(false);
      });
    } catch {
      // It broke off; the reason does not matter.
    }
    lost(true);
    await new Promise(resolve => setTimeout(resolve, wait));
    wait = Math.min(LONGEST_WAIT, wait * 2);
  }
}

function lost(isLost) {
  const banner = document.getElementById('connection');
  banner.hidden = !isLost;
  banner.textContent = isLost ? 'The connection to the service is lost. Trying again …' : '';
}

async function read(opened) {
  const stop = new AbortController();
  let silence = setTimeout(() => stop.abort(), SILENCE);
  try {
    const headers = authorized({Accept: 'text/event-stream', ...(lastId ? {'Last-Event-ID': lastId} : {})});
    const sent = token();
    const response = await fetch('/v1/events', {headers, signal: stop.signal, cache: 'no-store'});
    if (response.status === 401) {
      clearTimeout(silence);
      if (sent === token()) {
        await askForToken();
      }
      return;
    }
    if (response.status !== 200) {
      return;
    }
    opened();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const {value, done} = await reader.read();
      if (done) {
        return;
      }
      clearTimeout(silence);
      silence = setTimeout(() => stop.abort(), SILENCE);
      text += value;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        tell(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
  } finally {
    clearTimeout(silence);
    stop.abort();
  }
}

function tell(block) {
  const fields = {};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) {
      fields[line.slice(0, colon)] = line.slice(colon + 2);
    }
  }
  if (!fields.data) {
    return;
  }
  lastId = fields.id;
  const data = JSON.parse(fields.data);
  listeners.forEach(listener => listener(fields.event, data));
}
