// All jobs, newest first. Rows change in place; a new job does not move what is being read.
import {get} from './api.js';
import {announce, el, setAttribute, setText} from './dom.js';
import {watch} from './events.js';
import {duration, number, percent, plural, rate, secondsSince} from './format.js';

const STATES = ['CREATED', 'QUEUED', 'RUNNING', 'PAUSING', 'CANCELLING', 'PAUSED', 'CRASHED', 'FAILED', 'CANCELLED', 'COMPLETED'];
const PAGE = 50;
const READING_FROM = 200;

export function jobsPage(root) {
  const rows = new Map();
  const held = new Map();
  let nextPageToken = null;
  let found = 0;

  const filter = el('select', {id: 'state-filter', 'data-testid': 'state-filter', onchange: load},
    el('option', {value: '', text: 'all states'}), ...STATES.map(state => el('option', {value: state, text: state})));
  const search = el('input', {id: 'search', type: 'search', 'data-testid': 'search', oninput: sift, autocomplete: 'off'});
  const fresh = el('button', {class: 'fresh', hidden: true, onclick: showHeld});
  const list = el('ul', {class: 'jobs', 'data-testid': 'jobs'});
  const empty = el('p', {class: 'empty', hidden: true});
  const problem = el('p', {class: 'problem', role: 'alert', hidden: true});
  const more = el('button', {hidden: true, text: 'Show more', onclick: () => page(nextPageToken)});
  root.append(
    el('h1', {text: 'Jobs'}),
    el('div', {class: 'tools'},
      el('label', {for: 'state-filter', text: 'State'}), filter,
      el('label', {for: 'search', text: 'Name or id'}), search,
      el('a', {class: 'button primary', href: '#/submit', text: 'Submit a job'})),
    problem, fresh, list, empty, more);

  async function load() {
    found++;
    rows.clear();
    held.clear();
    fresh.hidden = true;
    list.replaceChildren();
    await page(null);
  }

  async function page(from) {
    const asked = found;
    const query = new URLSearchParams({pageSize: PAGE});
    if (filter.value) {
      query.set('state', filter.value);
    }
    if (from) {
      query.set('pageToken', from);
    }
    try {
      const answer = await get(`/v1/jobs?${query}`);
      if (asked === found) {
        answer.jobs.forEach(update);
        nextPageToken = answer.nextPageToken;
        more.hidden = nextPageToken === null;
        problem.hidden = true;
        sift();
      }
    } catch (e) {
      problem.textContent = e.message;
      problem.hidden = false;
    }
  }

  function update(job) {
    let row = rows.get(job.id);
    if (!row) {
      row = new Row(job.id);
      rows.set(job.id, row);
      const next = [...list.children].find(other => other.dataset.id < job.id);
      list.insertBefore(row.node, next ?? null);
    }
    row.show(job);
  }

  function showHeld() {
    held.forEach(update);
    held.clear();
    fresh.hidden = true;
    scrollTo(0, 0);
    sift();
  }

  function sift() {
    const wanted = search.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows.values()) {
      row.node.hidden = !row.matches(wanted) || (filter.value !== '' && row.job.state !== filter.value);
      shown += row.node.hidden ? 0 : 1;
    }
    empty.hidden = shown > 0;
    empty.textContent = rows.size === 0 && !filter.value
      ? 'There are no jobs yet. Submit one, or try a crash.' : 'No job is like that.';
  }

  const unwatch = watch((name, data) => {
    if (name === 'snapshot') {
      load();
    } else if (name === 'deleted') {
      rows.get(data.jobId)?.node.remove();
      rows.delete(data.jobId);
      held.delete(data.jobId);
      sift();
    } else if (name === 'progress') {
      rows.get(data.jobId)?.showProgress(data.progress);
    } else if (name === 'state') {
      const known = rows.has(data.id);
      if (!known && scrollY > READING_FROM) {
        held.set(data.id, data);
        fresh.hidden = false;
        fresh.textContent = `Show ${plural(held.size, 'new job', 'new jobs')}`;
        return;
      }
      update(data);
      sift();
      if (known) {
        announce(`Job ${data.name ?? data.id} is ${data.state}`);
      }
    }
  });
  const ages = setInterval(() => rows.forEach(row => row.showAge()), 1000);
  load();
  return () => {
    found++;
    unwatch();
    clearInterval(ages);
  };
}

class Row {
  constructor(id) {
    this.name = el('a', {href: `#/jobs/${id}`});
    this.state = el('span', {class: 'tag'});
    this.bar = el('progress', {max: 100, 'aria-label': 'Progress'});
    this.percent = el('span', {class: 'percent'});
    this.rate = el('span');
    this.eta = el('span');
    this.age = el('span');
    this.node = el('li', {'data-testid': 'job-row', 'data-id': id},
      el('div', {class: 'what'}, this.name, el('code', {class: 'id', text: id})),
      this.state,
      el('div', {class: 'bar'}, this.bar, this.percent),
      el('div', {class: 'facts'}, this.rate, this.eta, this.age));
  }

  show(job) {
    this.job = job;
    setText(this.name, job.name ?? 'without a name');
    setText(this.state, job.state);
    setAttribute(this.state, 'data-state', job.state);
    setAttribute(this.node, 'data-state', job.state);
    setAttribute(this.bar, 'aria-label', `Progress of ${job.name ?? job.id}`);
    this.showProgress(job.progress);
    this.showAge();
  }

  showProgress(progress) {
    this.bar.value = progress.percent;
    setText(this.percent, percent(progress.percent));
    setText(this.rate, progress.itemsPerSecond === null
      ? plural(progress.processedItems, 'item', 'items') : rate(progress.itemsPerSecond));
    setText(this.eta, progress.etaSeconds === null
      ? (progress.failedItems > 0 ? `${number(progress.failedItems)} failed` : '')
      : `${duration(progress.etaSeconds)} left`);
  }

  showAge() {
    setText(this.age, `${duration(secondsSince(this.job.createdAt))} old`);
  }

  matches(wanted) {
    return this.job.id.includes(wanted) || (this.job.name ?? '').toLowerCase().includes(wanted);
  }
}
