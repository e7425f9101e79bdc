/** The options of each processor as fields. Empty fields are not sent, so that the service applies its defaults. */

import { el } from './dom.js';

/** A value that cannot be sent because it is not valid JSON. */
export class BadField extends Error {
  constructor(field, message) {
    super(message);
    this.field = field;
  }
}

const OPTIONS = {
  'text-stats': [],
  http: [
    { key: 'url', label: 'URL', hint: 'absolute, with http or https' },
    { key: 'method', label: 'Method', choices: ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'] },
    { key: 'headers', label: 'Headers', hint: 'One header a line, such as Name: value; use Name: secret:NAME for a secret of the service', read: headers, lines: 3 },
    { key: 'body', label: 'Body', hint: 'item, json, or a template with {item} and {index}', lines: 2 },
    { key: 'concurrency', label: 'Concurrent calls', hint: '8', read: number },
    { key: 'requestsPerSecond', label: 'Calls per second', hint: 'any number', read: number },
    { key: 'connectTimeoutMillis', label: 'Connect time-out (ms)', hint: '5000', read: number },
    { key: 'timeoutMillis', label: 'Timeout per attempt (ms)', hint: '30000', read: number },
    { key: 'maxAttempts', label: 'Attempts per item', hint: '5', read: number },
    { key: 'maxResponseBytes', label: 'Maximum response size (bytes)', hint: '1048576', read: number },
    { key: 'pauseAfterFailedItems', label: 'Pause after consecutive failures', hint: '20; never: for never', read: orNever },
  ],
  command: [
    { key: 'name', label: 'Command', hint: 'name given by the operator' },
    { key: 'mode', label: 'Mode', choices: ['per-item', 'stream'] },
    { key: 'concurrency', label: 'Concurrent processes', hint: '4', read: number },
    { key: 'timeoutMillis', label: 'Timeout per item (ms)', hint: '30000', read: number },
  ],
  plugin: [
    { key: 'name', label: 'Plugin', hint: 'name given in its jar' },
    { key: 'config', label: 'Config', hint: '{"key": "value"}', read: json, lines: 3 },
    { key: 'concurrency', label: 'Concurrent items', hint: '1', read: number },
    { key: 'timeoutMillis', label: 'Timeout per item (ms)', hint: '30000', read: number },
  ],
};

/** Sends anything but a number unchanged, so that the service explains the error. */
export function number(text) {
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function orNever(text) {
  return text.toLowerCase().startsWith('never') ? null : number(text);
}

function json(text, field) {
  try {
    return JSON.parse(text);
  } catch (e) {
    throw new BadField(field, `is not valid JSON: ${e.message}`);
  }
}

function headers(text, field) {
  const read = {};
  for (const line of text.split('\n').filter(each => each.trim() !== '')) {
    const colon = line.indexOf(':');
    if (colon < 1) {
      throw new BadField(field, `has a line without a colon: ${line}`);
    }
    const value = line.slice(colon + 1).trim();
    read[line.slice(0, colon).trim()] = value.startsWith('secret:') ? { secret: value.slice(7).trim() } : value;
  }
  return read;
}

/** A label with its control, which stores the JSON pointer of its field. */
export function field(pointer, label, control, hint) {
  control.id ||= `f${pointer.replaceAll('/', '-')}`;
  control.dataset.pointer = pointer;
  return el('div', { class: 'field' }, el('label', { for: control.id }, label), control,
    hint === undefined ? null : el('p', { class: 'hint', id: `${control.id}-hint` }, hint));
}

export class ProcessorForm {
  constructor() {
    this.type = el('select', { id: 'processor', 'data-testid': 'processor', onchange: () => this.build() },
      ...Object.keys(OPTIONS).map(type => el('option', { value: type }, type)));
    this.options = el('div', { class: 'fields' });
    this.element = el('fieldset', {}, el('legend', {}, 'Processor'), field('/processor/type', 'Processor', this.type), this.options);
    this.build();
  }

  build() {
    this.controls = OPTIONS[this.type.value].map(option => [option, control(option)]);
    this.options.hidden = this.controls.length === 0;
    this.options.replaceChildren(...this.controls.map(([option, made]) => field(`/processor/${option.key}`, option.label, made)));
  }

  /** Returns the processor as submitted. Throws a BadField. */
  value() {
    const processor = { type: this.type.value };
    for (const [option, made] of this.controls) {
      const text = option.lines === undefined ? made.value.trim() : made.value;
      if (text.trim() !== '') {
        processor[option.key] = option.read === undefined ? text : option.read(text, `/processor/${option.key}`);
      }
    }
    return processor;
  }
}

function control(option) {
  const attributes = { 'data-testid': `processor-${option.key}`, placeholder: option.hint, autocomplete: 'off', spellcheck: 'false' };
  if (option.choices !== undefined) {
    return el('select', { 'data-testid': attributes['data-testid'] }, ...option.choices.map(value => el('option', { value }, value)));
  }
  if (option.lines !== undefined) {
    return el('textarea', { ...attributes, rows: option.lines });
  }
  return el('input', { ...attributes, type: 'text', inputmode: option.read === number ? 'decimal' : null });
}
