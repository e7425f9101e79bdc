// Makes a job: where the items come from, what is done with them, and how.
import {ApiError, authorized, curl, get, post, token} from './api.js';
import {el} from './dom.js';
import {number, percent} from './format.js';
import {command} from './job.js';

const PREVIEWED = 5;
const PREVIEW_BYTES = 64 * 1024;
const SAMPLE = 5;

/** The options of each processor: [field, label, kind, what it is without a choice]. */
const PROCESSORS = {
  'text-stats': [],
  http: [
    ['url', 'URL', 'text', ''],
    ['method', 'Method', ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'], 'POST'],
    ['body', 'Body: item, json or a template', 'text', 'item'],
    ['headers', 'Headers, as JSON', 'json', '{}'],
    ['concurrency', 'Calls at once', 'number', '8'],
    ['requestsPerSecond', 'Calls a second at most', 'number', ''],
    ['timeoutMillis', 'Time-out, ms', 'number', '30000'],
    ['connectTimeoutMillis', 'Time-out of the connection, ms', 'number', '5000'],
    ['maxAttempts', 'Attempts', 'number', '5'],
    ['maxResponseBytes', 'Bytes of an answer at most', 'number', '1048576'],
    ['pauseAfterFailedItems', 'Pause after so many failed items in a row', 'number', '20'],
  ],
  command: [
    ['name', 'Name of the program', 'text', ''],
    ['mode', 'Mode', ['per-item', 'stream'], 'per-item'],
    ['concurrency', 'Programs at once', 'number', '4'],
    ['timeoutMillis', 'Time-out, ms', 'number', '30000'],
  ],
  plugin: [
    ['name', 'Name of the plugin', 'text', ''],
    ['config', 'Configuration, as JSON', 'json', '{}'],
    ['concurrency', 'Items at once', 'number', '4'],
    ['timeoutMillis', 'Time-out, ms', 'number', '30000'],
  ],
};
const CRASH_POINTS = ['processing', 'before-commit', 'between-results-and-checkpoint', 'torn-results', 'torn-checkpoint', 'corrupt-checkpoint'];

export function submitPage(root) {
  let file = null;
  let left = false;
  const fields = new Map();

  const chooser = el('input', {type: 'file', id: 'file', 'data-testid': 'file', onchange: () => choose(chooser.files[0])});
  const drop = el('div', {class: 'drop'},
    el('label', {for: 'file', text: 'Drop a file here, or choose one'}), chooser);
  const lines = el('textarea', {id: 'lines', rows: 6, 'data-testid': 'lines', oninput: preview});
  const rows = el('ol', {class: 'preview', 'data-testid': 'preview'});
  const processor = el('select', {id: 'processor', 'data-testid': 'processor', onchange: showOptions},
    ...Object.keys(PROCESSORS).map(type => el('option', {value: type, text: type})));
  const options = el('div', {class: 'grid'});
  const problem = el('div', {class: 'problem', role: 'alert', tabindex: -1, 'data-testid': 'problem', hidden: true});
  const state = el('p', {role: 'status'});
  const sample = el('div', {'data-testid': 'dry-run-results'});
  const line = el('div');
  const form = el('form', {novalidate: true, onsubmit: event => {
    event.preventDefault();
    attempt(submit);
  }},
  group('Items', drop,
    el('label', {for: 'lines', text: 'or paste lines'}), lines,
    el('p', {class: 'hint', text: 'The first rows:'}), rows,
    el('div', {class: 'grid'},
      field('/format', 'Format', ['lines', 'raw-lines', 'jsonl', 'csv'], 'lines'),
      field('/delimiter', 'Delimiter, for csv', 'text', ''))),
  group('Processor', labelled('/processor/type', 'Processor', processor), options),
  group('Job', el('div', {class: 'grid'},
    field('/name', 'Name', 'text', '', 'name'),
    field('/batchSize', 'Batch size', 'number', '1000', 'batch-size'),
    field('/parallelism', 'Threads', 'number', '1'),
    field('/commit', 'Commit', ['group', 'each'], 'group'),
    field('/onItemError', 'When an item fails', ['skip', 'fail'], 'skip'),
    field('/maxFailedItems', 'Failed items at most', 'number', ''),
    field('/maxFailedPercent', 'Failed items at most, in %', 'number', ''),
    field('/callbackUrl', 'URL to call at the end', 'text', ''))),
  el('details', {},
    el('summary', {text: 'Rehearse failures'}),
    el('div', {class: 'grid'},
      field('/faults/itemDelayMillis', 'Each item takes longer, ms', 'number', '', 'item-delay'),
      field('/faults/crashAfterItems', 'Crash after so many items', 'number', '', 'crash-after'),
      field('/faults/crashPoint', 'Where it crashes', CRASH_POINTS, 'processing', 'crash-point'),
      field('/faults/failItems', 'Items that fail, by index, with commas', 'list', ''))),
  problem,
  el('div', {class: 'actions'},
    el('button', {class: 'primary', 'data-testid': 'submit', text: 'Submit'}),
    el('button', {type: 'button', 'data-testid': 'dry-run', text: 'Dry run on five items', onclick: () => attempt(dryRun)})),
  state, sample, line);
  root.append(el('h1', {text: 'Submit a job'}), form);
  for (const name of ['dragover', 'dragenter']) {
    drop.addEventListener(name, event => {
      event.preventDefault();
      drop.classList.add('over');
    });
  }
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', event => {
    event.preventDefault();
    drop.classList.remove('over');
    choose(event.dataTransfer.files[0]);
  });
  showOptions();
  preview();

  /** A field of the spec at a JSON pointer. */
  function field(pointer, label, kind, value, testId) {
    const id = `field${pointer.replaceAll('/', '-')}`;
    const input = Array.isArray(kind)
      ? el('select', {id, 'data-testid': testId}, ...kind.map(choice => el('option', {value: choice, text: choice})))
      : el('input', {id, 'data-testid': testId, type: 'text', inputmode: kind === 'number' ? 'decimal' : null, autocomplete: 'off'});
    input.value = value;
    fields.set(pointer, {input, kind});
    return labelled(pointer, label, input);
  }

  function labelled(pointer, label, input) {
    return el('div', {class: 'field', 'data-pointer': pointer}, el('label', {for: input.id, text: label}), input);
  }

  function showOptions() {
    for (const pointer of [...fields.keys()]) {
      if (pointer.startsWith('/processor/')) {
        fields.delete(pointer);
      }
    }
    options.replaceChildren(...PROCESSORS[processor.value].map(([name, label, kind, value]) =>
      field(`/processor/${name}`, label, kind, value)));
  }

  function choose(chosen) {
    file = chosen ?? null;
    drop.querySelector('label').textContent = file ? `${file.name}, ${number(file.size)} bytes` : 'Drop a file here, or choose one';
    preview();
  }

  async function preview() {
    const text = file ? await file.slice(0, PREVIEW_BYTES).text() : lines.value;
    rows.replaceChildren(...text.split('\n').filter(row => row !== '').slice(0, PREVIEWED)
      .map(row => el('li', {text: row.length > 200 ? `${row.slice(0, 200)} …` : row})));
  }

  /** The spec as the form has it; what is not filled in is left out. */
  function spec(input) {
    const spec = {input, processor: {type: processor.value}};
    for (const [pointer, {input: field, kind}] of fields) {
      const text = field.value.trim();
      if (text === '' || (pointer === '/faults/crashPoint' && !fields.get('/faults/crashAfterItems').input.value.trim())) {
        continue;
      }
      const keys = pointer.slice(1).split('/');
      const last = keys.pop();
      const target = keys.reduce((object, key) => object[key] ??= {}, spec);
      target[last] = value(text, kind);
    }
    if (processor.value === 'http' && fields.get('/processor/pauseAfterFailedItems').input.value.trim() === '') {
      spec.processor.pauseAfterFailedItems = null;
    }
    return spec;
  }

  /** What is no number or no JSON is sent as it is: the service says what is wrong with it. */
  function value(text, kind) {
    if (kind === 'list') {
      return text.split(',').map(part => value(part.trim(), 'number'));
    }
    if (kind === 'number') {
      return Number.isFinite(Number(text)) ? Number(text) : text;
    }
    if (kind === 'json') {
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    }
    return text;
  }

  function items() {
    const all = lines.value.split('\n').map(line => line.replace(/\r$/, ''));
    if (all.at(-1) === '') {
      all.pop();
    }
    return all;
  }

  async function submit() {
    let input = {items: items()};
    if (file) {
      // The rest of the form is looked at before the file is sent.
      await post('/v1/jobs?validateOnly=true', spec({items: await firstItems()}));
      input = {fileId: (await upload(file)).id};
    }
    const job = await post('/v1/jobs', spec(input));
    if (!left) {
      location.hash = `#/jobs/${job.id}`;
    }
  }

  async function firstItems() {
    if (!file) {
      return items();
    }
    const text = await file.slice(0, PREVIEW_BYTES).text();
    const all = text.split('\n').map(line => line.replace(/\r$/, ''));
    if (file.size > PREVIEW_BYTES || all.at(-1) === '') {
      all.pop();
    }
    return all.slice(0, SAMPLE + 1);
  }

  async function dryRun() {
    sample.replaceChildren();
    state.textContent = 'Processing the first items …';
    const body = spec({items: await firstItems()});
    const answer = await post(`/v1/jobs?validateOnly=true&sample=${SAMPLE}`, body);
    state.textContent = '';
    sample.replaceChildren(el('h2', {text: 'What the first items become'}),
      el('ol', {}, ...answer.sample.map(one => el('li', {class: one.failed ? 'failed' : null},
        el('strong', {text: one.failed ? 'failed ' : 'succeeded '}),
        el('code', {text: JSON.stringify(one.failed ?? one.result)})))));
    line.replaceChildren(command(curl('POST', '/v1/jobs', body)));
  }

  /** With its progress, which fetch cannot tell. */
  function upload(chosen) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', `/v1/files?name=${encodeURIComponent(chosen.name)}`);
      for (const [name, text] of Object.entries(authorized())) {
        request.setRequestHeader(name, text);
      }
      request.upload.onprogress = event => {
        state.textContent = `Sending the file: ${percent(event.loaded * 100 / event.total)}`;
      };
      request.onload = () => {
        state.textContent = '';
        const answer = JSON.parse(request.responseText);
        if (request.status === 201) {
          resolve(answer);
        } else {
          reject(new ApiError(request.status, answer));
        }
      };
      request.onerror = () => reject(new Error('The file could not be sent: the connection broke off.'));
      request.send(chosen);
    });
  }

  async function attempt(what) {
    problem.hidden = true;
    form.querySelectorAll('.field-error').forEach(node => node.remove());
    form.querySelectorAll('[aria-invalid]').forEach(node => node.removeAttribute('aria-invalid'));
    try {
      if (token() !== null) {
        await get('/v1/files?pageSize=1'); // asks for a better token before anything is sent
      }
      await what();
    } catch (e) {
      state.textContent = '';
      show(e);
    }
  }

  function show(e) {
    problem.replaceChildren(el('p', {text: e.message}));
    problem.hidden = false;
    for (const error of e.errors ?? []) {
      const home = [...form.querySelectorAll('[data-pointer]')]
        .filter(node => error.field === node.dataset.pointer || error.field.startsWith(`${node.dataset.pointer}/`))
        .at(-1);
      if (home) {
        const id = `error${home.dataset.pointer.replaceAll('/', '-')}`;
        home.append(el('p', {class: 'field-error', id, 'data-testid': 'field-error', text: error.message}));
        const input = home.querySelector('input, select');
        input.setAttribute('aria-invalid', 'true');
        input.setAttribute('aria-describedby', id);
        home.closest('details')?.setAttribute('open', '');
      }
    }
    (form.querySelector('[aria-invalid]') ?? problem).focus();
  }

  return () => {
    left = true;
  };
}

function group(title, ...content) {
  return el('fieldset', {class: 'card'}, el('legend', {text: title}), ...content);
}
