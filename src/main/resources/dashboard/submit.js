/** The form for a new job: input, processor and options. */

import { crashPointSelect } from './actions.js';
import { call, upload } from './api.js';
import { announce, el, heading, newId, problemText, setText } from './dom.js';
import { bytes, count } from './format.js';
import { BadField, OptionForm, ProcessorForm, field, number } from './option-form.js';

const PREVIEW_BYTES = 64 * 1024;
const PREVIEW_ROWS = 5;
const ROW_LENGTH = 300;
/** Requests are limited to 1 MiB; longer input is uploaded as a file. */
const INLINE_CHARACTERS = 300 * 1000;

/** Shows the form as soon as the service has said which processors and formats it has. */
export function showSubmit(main) {
  let leave = () => { leave = null; };
  call('GET', '/v1/processors').then(described => {
    if (leave !== null) {
      leave = showForm(main, described);
    }
  }, problem => main.append(heading('Submit a job'), el('div', { class: 'problem', role: 'alert' }, problemText(problem))));
  return () => leave?.();
}

function showForm(main, described) {
  let chosen = null;
  let uploaded = null;
  let submitted = false;

  const text = (testId, attributes = {}) => el('input', { type: 'text', 'data-testid': testId, autocomplete: 'off', ...attributes });
  const numeric = (testId, placeholder) => text(testId, { inputmode: 'decimal', placeholder });
  const select = (testId, values) => el('select', { 'data-testid': testId }, ...values.map(value => el('option', { value }, value)));

  const file = el('input', { type: 'file', id: 'file', 'data-testid': 'file', onchange: () => choose(file.files[0] ?? null) });
  const drop = el('div', { class: 'drop' },
    el('label', { for: 'file' }, 'Drop a file here or choose one'), file,
    el('p', { class: 'hint' }, '.gz and .zst files are decompressed by the service'));
  const forget = el('button', { type: 'button', hidden: true, onclick: () => { file.value = ''; choose(null); file.focus(); } }, 'Remove the file');
  const lines = el('textarea', { id: 'lines', 'data-testid': 'lines', rows: '6', spellcheck: 'false', oninput: preview });
  const path = text('path', { placeholder: 'sample_input.txt', oninput: preview });
  const rows = el('ol', { class: 'lines', 'data-testid': 'preview' });
  const previewNote = el('p', { class: 'quiet' });
  const format = select('format', described.formats.map(each => each.format));
  const formatOptions = el('div', { class: 'fields' });
  let formatForm = null;
  let formatShown = null;
  const processor = new ProcessorForm(described.processors);
  const controls = {
    name: text('name', { id: 'name' }),
    engine: select('engine', ['local', 'flink']),
    batchSize: numeric('batch-size', '1000'),
    parallelism: numeric('parallelism', '1'),
    commit: select('commit', ['group', 'each']),
    results: el('select', { 'data-testid': 'results' },
      ...[['', 'by size'], ['single-file', 'one file'], ['parts', 'parts']].map(([value, label]) => el('option', { value }, label))),
    onItemError: select('on-item-error', ['skip', 'fail']),
    maxFailedItems: numeric('max-failed-items', 'no limit'),
    maxFailedPercent: numeric('max-failed-percent', 'no limit'),
    callbackUrl: text('callback-url', { placeholder: 'nowhere' }),
    retainFor: text('retain-for', { placeholder: 'default of the service, or 30d' }),
  };
  const start = el('input', { type: 'checkbox', id: 'start', 'data-testid': 'start', checked: true });
  const faults = {
    crashAfterItems: numeric('crash-after', 'never'),
    crashPoint: crashPointSelect({ 'data-testid': 'crash-point' }),
    failItems: text('fail-items', { placeholder: '3, 5' }),
    itemDelayMillis: numeric('item-delay', '0'),
  };
  const rehearse = el('details', { 'data-testid': 'faults' }, el('summary', {}, 'Rehearse failures'), el('div', { class: 'fields' },
    field('/faults/crashAfterItems', 'Crash after items', faults.crashAfterItems),
    field('/faults/crashPoint', 'What the crash leaves behind', faults.crashPoint),
    field('/faults/failItems', 'Indexes of items that fail', faults.failItems),
    field('/faults/itemDelayMillis', 'Delay per item (ms)', faults.itemDelayMillis)));
  const problem = el('div', { class: 'problem', 'data-testid': 'problem', role: 'alert', tabindex: '-1', hidden: true });
  const uploading = el('progress', { max: '1', value: 0, 'data-testid': 'upload-progress', 'aria-label': 'Upload' });
  const uploadText = el('p', { class: 'quiet' });
  const uploadBox = el('div', { hidden: true }, uploading, uploadText);
  const dryRun = el('button', { type: 'button', 'data-testid': 'dry-run', onclick: () => go(true) }, 'Dry run with five items');
  const submit = el('button', { type: 'submit', class: 'primary', 'data-testid': 'submit' }, 'Submit');
  const outcomes = el('section', { hidden: true, 'aria-label': 'Dry run' }, el('h2', {}, 'Dry run'), el('p', { class: 'quiet' }));
  const outcomeList = el('ol', { class: 'lines outcomes', 'data-testid': 'dry-run-results' });
  outcomes.append(outcomeList);

  const form = el('form', { novalidate: true, onsubmit: event => { event.preventDefault(); go(false); } },
    el('fieldset', {}, el('legend', {}, 'Input'), drop, forget,
      field('/input/items', 'or paste lines', lines),
      field('/input/path', 'or name a file in the service’s input directory', path),
      el('div', { class: 'fields' }, field('/format', 'Format', format)), formatOptions,
      el('h2', { class: 'small' }, 'First rows'), previewNote, rows),
    processor.element,
    el('fieldset', {}, el('legend', {}, 'Job'), el('div', { class: 'fields' },
      field('/name', 'Name', controls.name),
      field('/engine', 'Engine', controls.engine),
      field('/batchSize', 'Batch size', controls.batchSize),
      field('/parallelism', 'Parallelism', controls.parallelism),
      field('/commit', 'Commit', controls.commit),
      field('/results', 'Results on a cluster', controls.results),
      field('/onItemError', 'When an item fails', controls.onItemError),
      field('/maxFailedItems', 'Maximum failed items', controls.maxFailedItems),
      field('/maxFailedPercent', 'Maximum failed items (%)', controls.maxFailedPercent),
      field('/callbackUrl', 'Callback URL', controls.callbackUrl),
      field('/retainFor', 'Delete after its end', controls.retainFor)),
      el('p', { class: 'check' }, start, el('label', { for: 'start' }, 'Start immediately'))),
    rehearse, problem, uploadBox,
    el('p', { class: 'buttons' }, dryRun, submit), outcomes);
  main.append(heading('Submit a job'), form);

  for (const kind of ['dragenter', 'dragover']) {
    drop.addEventListener(kind, event => {
      event.preventDefault();
      drop.classList.add('over');
    });
  }
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', event => {
    event.preventDefault();
    drop.classList.remove('over');
    if (event.dataTransfer.files.length > 0) {
      file.files = event.dataTransfer.files;
      choose(event.dataTransfer.files[0]);
    }
  });
  format.addEventListener('change', showFormat);

  function showFormat() {
    if (formatShown === format.value) {
      return; // what was entered stays
    }
    formatShown = format.value;
    formatForm = new OptionForm(described.formats.find(each => each.format === format.value).options, '', '');
    formatOptions.hidden = formatForm.elements.length === 0;
    formatOptions.replaceChildren(...formatForm.elements);
  }

  function choose(next) {
    chosen = next;
    dropUploaded();
    forget.hidden = chosen === null;
    if (chosen !== null) {
      const ending = /\.(jsonl|ndjson|csv)(\.gz|\.zst)?$/i.exec(chosen.name)?.[1].toLowerCase();
      if (ending !== undefined && format.value === 'lines') {
        format.value = ending === 'csv' ? 'csv' : 'jsonl';
      }
      showFormat();
    }
    preview();
  }

  /** Deletes an unused upload. If that fails, the file does no harm. */
  function dropUploaded() {
    if (uploaded !== null) {
      call('DELETE', `/v1/files/${uploaded.id}`).catch(() => {});
      uploaded = null;
    }
  }

  let previews = 0;

  async function preview() {
    const mine = ++previews;
    let head = lines.value.slice(0, PREVIEW_BYTES);
    let note = head === '' ? 'No input chosen yet.' : `${count(pasted().length)} lines pasted.`;
    if (chosen !== null) {
      note = `${chosen.name}, ${bytes(chosen.size)}`;
      if (/\.(gz|zst)$/i.test(chosen.name)) {
        head = '';
        note += '. It is compressed: the dry run shows its contents.';
      } else {
        head = await chosen.slice(0, PREVIEW_BYTES).text();
      }
    } else if (path.value.trim() !== '') {
      head = '';
      note = `${path.value.trim()}: the dry run shows its first items.`;
    }
    if (mine !== previews) {
      return;
    }
    setText(previewNote, note);
    const cut = row => (row.length > ROW_LENGTH ? `${row.slice(0, ROW_LENGTH)} …` : row);
    const first = head.split('\n').slice(0, PREVIEW_ROWS + 1);
    if (first.at(-1) === '' || first.length > PREVIEW_ROWS) {
      first.pop();
    }
    rows.replaceChildren(...first.map(row => el('li', {}, el('code', {}, cut(row.replace(/\r$/, ''))))));
  }

  function pasted() {
    const all = lines.value.split(/\r\n|\n|\r/);
    if (all.at(-1) === '') {
      all.pop();
    }
    return all;
  }

  /** Returns the input. Uploads files and text that is too long for a request first, and only once. */
  async function input() {
    if (chosen === null && path.value.trim() !== '') {
      return { path: path.value.trim() };
    }
    // Each inline item is one record, but a CSV record may span several lines.
    const inline = lines.value.length <= INLINE_CHARACTERS && !(format.value === 'csv' && lines.value.includes('"'));
    if (chosen === null && lines.value === '') {
      throw new BadField('/input', 'is required: choose a file, paste lines, or name a file of the service');
    }
    if (chosen === null && inline) {
      return { items: pasted() };
    }
    const source = chosen ?? new File([lines.value], 'pasted.txt');
    const key = chosen ?? lines.value;
    if (uploaded !== null && uploaded.key !== key) {
      dropUploaded();
    }
    if (uploaded === null) {
      uploadBox.hidden = false;
      const answer = await upload(source, (loaded, total) => {
        uploading.value = total === 0 ? 1 : loaded / total;
        setText(uploadText, `${bytes(loaded)} of ${bytes(total)} sent`);
      });
      setText(uploadText, `${answer.name ?? 'The file'} is uploaded: ${bytes(answer.bytes)}.`);
      uploaded = { id: answer.id, key };
    }
    return { fileId: uploaded.id };
  }

  function spec() {
    const request = { format: format.value, processor: processor.value(), start: start.checked };
    formatForm.addTo(request);
    for (const [key, control] of Object.entries(controls)) {
      const value = control.value.trim();
      if (value !== '') {
        request[key] = ['name', 'callbackUrl', 'retainFor', 'engine', 'commit', 'results', 'onItemError'].includes(key) ? value : number(value);
      }
    }
    const asked = {};
    for (const [key, control] of Object.entries(faults)) {
      const value = control.value.trim();
      if (value !== '' && key === 'failItems') {
        asked[key] = value.split(/[\s,]+/).filter(each => each !== '').map(number);
      } else if (value !== '' && key !== 'crashPoint') {
        asked[key] = number(value);
      }
    }
    if (asked.crashAfterItems !== undefined) {
      asked.crashPoint = faults.crashPoint.value;
    }
    if (Object.keys(asked).length > 0) {
      request.faults = asked;
    }
    return request;
  }

  async function go(dry) {
    dryRun.disabled = submit.disabled = true;
    clearProblem();
    try {
      const request = { ...spec(), input: await input() };
      if (dry) {
        showOutcomes(await call('POST', '/v1/jobs/validate?sample=5', request));
      } else {
        const job = await call('POST', '/v1/jobs', request);
        submitted = true;
        announce('Submitted');
        location.hash = `#/jobs/${job.id}`;
      }
    } catch (e) {
      showProblem(e instanceof BadField ? { detail: 'Nothing was sent.', errors: [{ field: e.field, message: e.message }] } : e);
    } finally {
      dryRun.disabled = submit.disabled = false;
      uploadBox.hidden = uploaded === null;
    }
  }

  function clearProblem() {
    problem.hidden = true;
    problem.replaceChildren();
    for (const message of form.querySelectorAll('[data-testid=field-error]')) {
      message.remove();
    }
    for (const control of form.querySelectorAll('[aria-invalid]')) {
      control.removeAttribute('aria-invalid');
      control.removeAttribute('aria-describedby');
    }
  }

  /** Finds the control of a JSON pointer: its own, or that of the enclosing field. */
  function controlOf(pointer) {
    for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const control = [...form.querySelectorAll('[data-pointer]')].find(each => each.dataset.pointer === at);
      if (control !== undefined) {
        return control;
      }
    }
    return pointer.startsWith('/input') ? (chosen === null ? lines : file) : null;
  }

  function showProblem(e) {
    outcomes.hidden = true;
    const list = el('ul');
    for (const { field: pointer, message } of e.errors ?? []) {
      const control = pointer.startsWith('/') ? controlOf(pointer) : null;
      if (control === null) {
        list.append(el('li', {}, `${pointer} ${message}`));
        continue;
      }
      const label = form.querySelector(`label[for="${control.id}"]`).textContent;
      list.append(el('li', {}, el('a', { href: location.hash, onclick: event => { event.preventDefault(); reveal(control); } }, label), ` ${message}`));
      const id = newId('error');
      control.closest('.field, .drop').append(el('p', { class: 'error', id, 'data-testid': 'field-error', 'data-field': pointer }, message));
      control.setAttribute('aria-invalid', 'true');
      control.setAttribute('aria-describedby', id);
      control.closest('details')?.setAttribute('open', '');
    }
    problem.replaceChildren(el('p', {}, el('strong', {}, e.title ?? 'The request failed'), ` ${problemText(e)}`), list);
    problem.hidden = false;
    problem.focus();
  }

  function reveal(control) {
    control.closest('details')?.setAttribute('open', '');
    control.focus();
  }

  function showOutcomes(validation) {
    outcomes.hidden = false;
    const sample = validation.sample;
    setText(outcomes.children[1], sample.length === 0
      ? 'This submission is valid, but the input has no items.'
      : `This submission is valid. Outcome of the first ${sample.length === 1 ? 'item' : `${sample.length} items`}; nothing was stored:`);
    outcomeList.replaceChildren(...sample.map(({ result, failed }) => el('li', {},
      el('span', { class: 'tag', 'data-state': failed === undefined ? 'COMPLETED' : 'FAILED' }, failed === undefined ? 'Succeeded' : 'Failed'),
      ' ', el('code', {}, JSON.stringify(result ?? failed)))));
    announce('The dry run is done');
    outcomes.scrollIntoView({ block: 'nearest' });
  }

  showFormat();
  preview();
  document.title = 'Submit – Checkpoint Recovery';
  return () => {
    if (!submitted) {
      dropUploaded();
    }
  };
}
