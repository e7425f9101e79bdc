// One job: how far it is, what a crash would cost, and all that can be asked of it now.
import {curl, download, firstLines, get, post, send} from './api.js';
import {Chart} from './chart.js';
import {announce, el, setAttribute, setText} from './dom.js';
import {watch} from './events.js';
import {clock, duration, number, percent, plural, rate, secondsSince} from './format.js';

const CRASH_POINTS = ['processing', 'before-commit', 'between-results-and-checkpoint', 'torn-results', 'torn-checkpoint', 'corrupt-checkpoint'];
const ACTIONS = {start: 'Start', pause: 'Pause', resume: 'Resume', cancel: 'Cancel', crash: 'Crash now', 'retry-failed': 'Retry failed', delete: 'Delete'};
const PREVIEWED = 5;

export function jobPage(root, id) {
  const path = `/v1/jobs/${id}`;
  const view = new View(path);
  root.append(view.node);
  let gone = false;
  let spans = [];
  let asked = 0;

  async function load() {
    const mine = ++asked;
    try {
      const job = await get(path);
      if (!gone && mine === asked) {
        view.show(job);
        showCrashCost();
        await view.showFiles(job);
      }
    } catch (e) {
      view.fail(e.message);
    }
  }

  /** How many items lay between the last checkpoints: so many are about to be processed again after a crash. */
  function committed(nextItem) {
    const last = view.checkpoint?.nextItem;
    if (last !== undefined && nextItem > last) {
      spans = [...spans.slice(-19), nextItem - last];
    }
  }

  function showCrashCost() {
    view.showCheckpoint(spans.length ? Math.max(...spans) : null);
  }

  const unwatch = watch((name, data) => {
    if (name === 'snapshot') {
      load();
    } else if ((data.id ?? data.jobId) !== id) {
      return;
    } else if (name === 'progress') {
      view.showProgress(data.progress);
    } else if (name === 'checkpoint') {
      committed(data.nextItem);
      view.checkpoint = data;
      showCrashCost();
    } else if (name === 'state') {
      announce(`The job is ${data.state}`);
      load();
    } else if (name === 'deleted') {
      view.fail('The job was deleted.');
    }
  });
  const clockwork = setInterval(showCrashCost, 500);
  load();
  return () => {
    gone = true;
    unwatch();
    clearInterval(clockwork);
  };
}

class View {
  constructor(path) {
    this.path = path;
    this.checkpoint = undefined;
    this.title = el('h1', {text: 'Job'});
    this.state = el('span', {class: 'tag'});
    this.why = el('p', {class: 'why', hidden: true});
    this.percent = el('p', {class: 'large', 'data-testid': 'percent', text: '–'});
    this.bar = el('progress', {max: 100, value: 0, 'data-testid': 'bar', 'aria-label': 'Progress'});
    this.counts = el('dl', {class: 'counts'});
    this.line = el('p', {'data-testid': 'checkpoint-line'});
    this.actions = el('div', {class: 'actions'});
    this.problem = el('p', {class: 'problem', role: 'alert', hidden: true});
    this.chart = new Chart();
    this.runs = el('ol', {class: 'runs', 'data-testid': 'runs'});
    this.recovery = el('p', {hidden: true});
    this.groups = el('div', {'data-testid': 'error-groups'});
    this.results = el('pre', {'data-testid': 'preview-results', tabindex: 0, 'aria-label': 'The first results'});
    this.errors = el('pre', {'data-testid': 'preview-errors', tabindex: 0, 'aria-label': 'The first failed items'});
    this.spec = el('pre', {'data-testid': 'spec', tabindex: 0, 'aria-label': 'Spec'});
    const id = path.split('/').at(-1);
    this.node = el('article', {'data-testid': 'job', 'data-id': id},
      el('div', {class: 'title'}, this.title, this.state), el('p', {}, el('code', {class: 'id', text: id})),
      this.why,
      el('section', {class: 'card', 'aria-label': 'Progress'},
        this.percent, this.bar, this.counts, this.line, this.recovery, this.chart.node),
      el('section', {class: 'card', 'aria-label': 'What can be done'}, el('h2', {text: 'What can be done'}), this.problem, this.actions),
      section('Runs', this.runs),
      section('Failed items', this.groups, this.errors,
        el('button', {'data-testid': 'download-errors', text: 'Download failed items',
          onclick: () => this.attempt(() => download(`${path}/errors`, `${id}-errors.jsonl`))})),
      section('First results', this.results,
        el('button', {'data-testid': 'download-results', text: 'Download results',
          onclick: () => this.attempt(() => download(`${path}/results`, `${id}-results.jsonl`))}),
        command(curl('GET', `${path}/results`))),
      section('Spec', this.spec));
  }

  show(job) {
    this.job = job;
    setText(this.title, job.name ?? 'Job without a name');
    document.title = `${this.title.textContent} – Checkpoint Recovery`;
    setText(this.state, job.state);
    setAttribute(this.state, 'data-state', job.state);
    setAttribute(this.node, 'data-state', job.state);
    this.why.hidden = job.stateReason === null;
    setText(this.why, job.stateReason === null ? '' : `${job.stateReason.code}: ${job.stateReason.message}`);
    this.showProgress(job.progress);
    if (job.progress.lastCheckpointAt !== null) {
      this.checkpoint = {nextItem: job.progress.processedItems, savedAt: job.progress.lastCheckpointAt};
    }
    this.recovery.hidden = job.recovery === null;
    setText(this.recovery, job.recovery === null ? '' : recovered(job.recovery));
    this.runs.replaceChildren(...job.runs.map(run));
    this.actions.replaceChildren(...job.allowedActions.map(action => this.action(action)));
    setText(this.spec, JSON.stringify(job.spec, null, 2));
  }

  showProgress(progress) {
    this.chart.add(Date.now(), progress.processedItems);
    setText(this.percent, percent(progress.percent));
    this.bar.value = progress.percent;
    const counts = {
      succeeded: number(progress.succeededItems),
      failed: number(progress.failedItems),
      total: number(progress.totalItems),
      speed: rate(progress.itemsPerSecond),
      left: duration(progress.etaSeconds),
      worked: duration(progress.elapsedSeconds),
    };
    if (!this.counts.children.length) {
      for (const name of Object.keys(counts)) {
        this.counts.append(el('div', {}, el('dt', {text: name}), el('dd', {'data-count': name})));
      }
    }
    for (const [name, value] of Object.entries(counts)) {
      setText(this.counts.querySelector(`[data-count=${name}]`), value);
    }
  }

  /** @param span the most items that lately lay between two checkpoints, or null */
  showCheckpoint(span) {
    const job = this.job;
    if (!job) {
      return;
    }
    if (job.state === 'COMPLETED') {
      setText(this.line, 'All is committed; the checkpoint is no longer needed.');
    } else if (!this.checkpoint) {
      setText(this.line, 'There is no checkpoint yet: after a crash the job begins again at item 0.');
    } else {
      setText(this.line, `Last checkpoint ${duration(secondsSince(this.checkpoint.savedAt))} ago at item `
        + `${number(this.checkpoint.nextItem)}; ${crashCost(job.spec, span)}.`);
    }
  }

  async showFiles(job) {
    const lines = await firstLines(`${this.path}/results`, PREVIEWED);
    setText(this.results, lines.length ? lines.join('\n') : 'None yet.');
    if (job.progress.failedItems === 0) {
      this.groups.replaceChildren(el('p', {text: 'No item has failed.'}));
      this.errors.hidden = true;
      return;
    }
    const summary = await get(`${this.path}/errors/summary`);
    this.groups.replaceChildren(...summary.codes.map(group => el('details', {},
      el('summary', {}, el('strong', {text: group.status ? `${group.code} ${group.status}` : group.code}), ` ${plural(group.count, 'item', 'items')}`),
      el('pre', {tabindex: 0, 'aria-label': `A sample of ${group.code}`, text: JSON.stringify(group.sample, null, 2)}))));
    this.errors.hidden = false;
    setText(this.errors, (await firstLines(`${this.path}/errors`, PREVIEWED)).join('\n'));
  }

  action(action) {
    const isDelete = action === 'delete';
    const method = isDelete ? 'DELETE' : 'POST';
    const path = isDelete ? this.path : `${this.path}/${action}`;
    const line = command(curl(method, path));
    const point = action !== 'crash' ? null : el('select', {'aria-label': 'Where it crashes', 'data-testid': 'crash-now-point',
      onchange: () => setText(line.querySelector('code'), curl(method, path, {point: point.value}))},
      ...CRASH_POINTS.map(name => el('option', {value: name, text: name})));
    const button = el('button', {class: isDelete || action === 'cancel' || action === 'crash' ? 'danger' : 'primary',
      'data-testid': `action-${action}`, text: ACTIONS[action] ?? action,
      onclick: () => this.attempt(async () => {
        if (isDelete) {
          if (confirm('Delete the job, with its results? This cannot be undone.')) {
            await send('DELETE', path);
            location.hash = '#/';
          }
          return;
        }
        const answer = await post(path, point ? {point: point.value} : undefined);
        if (action === 'retry-failed') {
          location.hash = `#/jobs/${answer.id}`;
        }
      })});
    return el('div', {class: 'action'}, button, point, line);
  }

  async attempt(what) {
    this.problem.hidden = true;
    try {
      await what();
    } catch (e) {
      this.fail(e.message);
    }
  }

  fail(message) {
    this.problem.hidden = false;
    setText(this.problem, message);
  }
}

/** What a crash would cost, as the spec has it. Results are exact in any case. */
function crashCost(spec, span) {
  if (spec === null) {
    return 'its record is damaged';
  }
  if (spec.processor.type !== 'text-stats') {
    const most = spec.processor.concurrency + (spec.processor.pauseAfterFailedItems ?? 0); // failures in a row are held back
    return `after a crash at most ${plural(most, 'item is', 'items are')} processed again`;
  }
  if (spec.commit === 'each' && spec.parallelism === 1) {
    return `after a crash at most ${plural(spec.batchSize, 'item is', 'items are')} processed again`;
  }
  return span === null
    ? 'after a crash what came since is processed again'
    : `after a crash about ${plural(span, 'item is', 'items are')} processed again, as many as lay between the last checkpoints`;
}

function recovered(recovery) {
  const from = {
    checkpoint: 'from its checkpoint',
    'previous-checkpoint': 'from the checkpoint before the last',
    beginning: 'from the beginning',
  }[recovery.from];
  return `The last run went on ${from}, at item ${number(recovery.item)}.${recovery.reason ? ` ${recovery.reason.message}` : ''}`;
}

function run(one) {
  const took = one.endedAt === null ? '' : `, ${duration((Date.parse(one.endedAt) - Date.parse(one.startedAt)) / 1000)}`;
  return el('li', {'data-end': one.end ?? 'RUNNING'},
    el('strong', {text: `Run ${one.number}: ${one.end ?? 'goes on'}`}),
    ` items ${number(one.firstItem)} to ${number(one.nextItem)}`,
    el('span', {class: 'when', text: ` ${clock(one.startedAt)}${took}`}),
    one.reason ? el('p', {text: one.reason.message}) : null);
}

function section(title, ...content) {
  return el('section', {class: 'card', 'aria-label': title}, el('h2', {text: title}), ...content);
}

export function command(text) {
  const code = el('code', {'data-testid': 'curl', text});
  const copy = el('button', {class: 'copy', type: 'button', text: 'Copy', 'aria-label': 'Copy the curl line', onclick: async () => {
    await navigator.clipboard?.writeText(code.textContent);
    announce('Copied');
  }});
  return el('span', {class: 'curl'}, code, copy);
}
