/** Options as fields, made from what the service says of them. Empty fields are not sent: the service has the defaults. */

import { el } from './dom.js';

/** A value that cannot be sent because it is not valid JSON. */
export class BadField extends Error {
  constructor(field, message) {
    super(message);
    this.field = field;
  }
}

/** Sends anything but a number unchanged, so that the service explains the error. */
export function number(text) {
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function numberOrNever(text) {
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

function wordOrNames(words) {
  return text => (words.includes(text) ? text : text.split(','));
}

/** A label with its control, which stores the JSON pointer of its field. */
export function field(pointer, label, control, hint) {
  control.id ||= `f${pointer.replaceAll('/', '-')}`;
  control.dataset.pointer = pointer;
  return el('div', { class: 'field' }, el('label', { for: control.id }, label), control,
    hint === undefined ? null : el('p', { class: 'hint', id: `${control.id}-hint` }, hint));
}

/** Returns how a kind of value is entered: the control's attributes, and how its text is read. */
function entry(schema) {
  const types = [schema.type].flat();
  if (schema.enum !== undefined) {
    return { choices: schema.enum };
  }
  if (schema.oneOf !== undefined) {
    const words = schema.oneOf.flatMap(each => each.enum ?? []);
    return { hint: `${words.join(', ')}, or names separated by commas`, read: wordOrNames(words) };
  }
  if (types.includes('object')) {
    return schema.additionalProperties === true
      ? { lines: 3, hint: '{"key": "value"}', read: json }
      : { lines: 3, hint: 'Name: value, one a line; Name: secret:NAME for a secret', read: headers };
  }
  if (types.includes('integer') || types.includes('number')) {
    const never = types.includes('null') && schema.default !== null;
    return { hint: never ? `${schema.default}; never` : schema.default ?? undefined, read: never ? numberOrNever : number, decimal: !never };
  }
  return { hint: schema.default, lines: schema.maxLength === undefined ? 2 : undefined, spaces: schema.maxLength === 1 };
}

/** Turns `connectTimeoutMillis` into "Connect timeout (ms)". */
function labelOf(name) {
  if (name === 'url') {
    return 'URL';
  }
  const words = name.replaceAll(/[A-Z]/g, capital => ` ${capital.toLowerCase()}`)
    .replace(/ millis$/, ' (ms)').replace(/ bytes$/, ' (bytes)');
  return words[0].toUpperCase() + words.slice(1);
}

/** The options of one kind of thing. */
export class OptionForm {
  /**
   * @param schemas the JSON Schema of each option, by its name
   * @param pointer of the object that has the options
   * @param testId precedes the name of an option
   */
  constructor(schemas, pointer, testId) {
    this.options = Object.entries(schemas).map(([name, schema]) => {
      const how = entry(schema);
      const attributes = { 'data-testid': `${testId}${name}` };
      const control = how.choices !== undefined
        ? select(how.choices, attributes, schema.default)
        : typed(how, { ...attributes, placeholder: how.hint, maxlength: how.spaces ? '1' : null, class: how.spaces ? 'short' : null, autocomplete: 'off', spellcheck: 'false' });
      return { name, how, control, pointer: `${pointer}/${name}`, schema };
    });
    this.elements = this.options.map(option => {
      const made = field(option.pointer, labelOf(option.name), option.control, option.schema.description);
      if (option.schema.examples !== undefined && option.how.choices === undefined) {
        const list = `${option.control.id}-names`;
        option.control.setAttribute('list', list);
        made.append(el('datalist', { id: list }, ...option.schema.examples.map(value => el('option', { value }))));
      }
      return made;
    });
  }

  /** Sets the options that were filled in. Throws a BadField. */
  addTo(object) {
    for (const { name, how, control, pointer } of this.options) {
      const text = how.lines === undefined && !how.spaces ? control.value.trim() : control.value;
      if (how.spaces ? text !== '' : text.trim() !== '') {
        object[name] = how.read === undefined ? text : how.read(text, pointer);
      }
    }
    return object;
  }
}

function select(choices, attributes, standard) {
  const unset = standard === null ? [''] : [];
  return el('select', attributes, ...[...unset, ...choices].map(value => el('option', { value }, value)));
}

function typed(how, attributes) {
  return how.lines === undefined
    ? el('input', { ...attributes, type: 'text', inputmode: how.decimal ? 'decimal' : null })
    : el('textarea', { ...attributes, rows: how.lines });
}

/** A choice of a processor, with its options. */
export class ProcessorForm {
  /** @param processors as the service describes them */
  constructor(processors) {
    this.processors = processors;
    this.type = select(processors.map(kind => kind.type), { id: 'processor', 'data-testid': 'processor' });
    this.type.addEventListener('change', () => this.build());
    this.options = el('div', { class: 'fields' });
    this.element = el('fieldset', {}, el('legend', {}, 'Processor'), field('/processor/type', 'Processor', this.type), this.options);
    this.build();
  }

  build() {
    const { type, ...options } = this.processors.find(kind => kind.type === this.type.value).schema.properties;
    this.form = new OptionForm(options, '/processor', 'processor-');
    this.options.hidden = this.form.elements.length === 0;
    this.options.replaceChildren(...this.form.elements);
  }

  /** Returns the processor as submitted. Throws a BadField. */
  value() {
    return this.form.addTo({ type: this.type.value });
  }
}
