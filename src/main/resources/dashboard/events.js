/**
 * The events of all jobs, read with fetch because EventSource cannot send a token. Reconnects after a lost connection with
 * the id of the last event, so that no event is missed, and shows a banner meanwhile.
 */

import { request } from './api.js';
import { announce } from './dom.js';

const FIRST_WAIT_MILLIS = 1000;
const LONGEST_WAIT_MILLIS = 5000;
/** The service sends a comment every 15 s: a connection that is silent for longer is lost. */
const SILENCE_MILLIS = 40000;

const listeners = new Set();
let lastId = null;
let lost = false;

/** Calls `listener(name, data)` for each event. Returns a function that unsubscribes. */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function publish(name, data) {
  for (const listener of [...listeners]) {
    try {
      listener(name, data);
    } catch (e) {
      console.error(e);
    }
  }
}

function show(isLost) {
  if (lost === isLost) {
    return;
  }
  lost = isLost;
  const banner = document.getElementById('connection');
  banner.textContent = isLost ? 'Connection lost. Reconnecting …' : '';
  banner.hidden = !isLost;
  announce(isLost ? 'Connection lost, trying again' : 'Connected again');
}

export async function follow() {
  let wait = FIRST_WAIT_MILLIS;
  for (;;) {
    await visible();
    try {
      await read(() => {
        wait = FIRST_WAIT_MILLIS;
        show(false);
      });
    } catch {
      // any failure leads to a new attempt
    }
    if (document.hidden) {
      continue; // closed on purpose
    }
    show(true);
    await new Promise(resolve => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, LONGEST_WAIT_MILLIS);
  }
}

let aborter = new AbortController();
/** Browsers may keep pages that were left, with their streams. A few of them would use up all connections to the service. */
window.addEventListener('pagehide', () => aborter.abort());
/** So would hidden tabs. */
document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    aborter.abort();
  }
});

function visible() {
  return document.hidden
    ? new Promise(resolve => document.addEventListener('visibilitychange', resolve, { once: true }))
    : Promise.resolve();
}

async function read(onOpen) {
  aborter = new AbortController();
  const headers = { Accept: 'text/event-stream' };
  if (lastId !== null) {
    headers['Last-Event-ID'] = lastId;
  }
  const answer = await request('/v1/events', { headers, signal: aborter.signal });
  if (!answer.ok) {
    aborter.abort();
    throw new Error(`events: ${answer.status}`);
  }
  onOpen();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  let watchdog;
  try {
    for (;;) {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => aborter.abort(), SILENCE_MILLIS);
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      parser.push(value, event => {
        publish(event.name, JSON.parse(event.data));
        lastId = event.id ?? lastId;
      });
    }
  } finally {
    clearTimeout(watchdog);
  }
}

/** Parses a text/event-stream from chunks of any size. */
export class EventParser {
  constructor() {
    this.rest = '';
    this.clear();
  }

  clear() {
    this.name = 'message';
    this.data = [];
    this.id = null;
  }

  push(text, onEvent) {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop();
    for (const line of lines) {
      this.line(line.endsWith('\r') ? line.slice(0, -1) : line, onEvent);
    }
  }

  line(line, onEvent) {
    if (line === '') {
      if (this.data.length > 0) {
        onEvent({ name: this.name, data: this.data.join('\n'), id: this.id });
      }
      this.clear();
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') {
      this.name = value;
    } else if (field === 'data') {
      this.data.push(value);
    } else if (field === 'id') {
      this.id = value;
    }
  }
}
