/** All jobs, newest first. Rows are created once and updated in place, so that nothing moves while someone reads. */

import { call } from './api.js';
import { announce, el, heading, problemText, setText } from './dom.js';
import { listen } from './events.js';
import { age, count, dateAndTime, eta, labelsOf, nameOf, percent, rate, word } from './format.js';

export const STATES = [
  'CREATED', 'QUEUED', 'RUNNING', 'PAUSING', 'PAUSED', 'CANCELLING', 'CANCELLED', 'CRASHED', 'FAILED', 'COMPLETED',
];
const PAGE_SIZE = 50;
const ENDS = ['COMPLETED', 'FAILED', 'CANCELLED'];

/** A coloured tag with the state. */
export function stateTag() {
  return el('span', { class: 'tag' });
}

const OUTCOMES = { SUCCEEDED: '', PARTIAL: ', some items failed', ALL_FAILED: ', all items failed' };

/** Shows at a glance whether items of a completed job failed. */
export function setTag(tag, job) {
  tag.dataset.state = job.state;
  tag.dataset.outcome = job.outcome ?? '';
  setText(tag, word(job.state) + (OUTCOMES[job.outcome] ?? ''));
}

/** Shows the labels of a job. */
export function setLabels(list, job) {
  const labels = labelsOf(job);
  if ([...list.children].map(item => item.textContent).join('\n') !== labels.join('\n')) {
    list.replaceChildren(...labels.map(label => el('li', {}, label)));
  }
  list.hidden = labels.length === 0;
}

export function labelList() {
  return el('ul', { class: 'labels', 'data-testid': 'labels', 'aria-label': 'Labels' });
}

/** Describes what a job waits for; empty if it does not wait. */
export function waitingText(waitingFor) {
  return waitingFor === null ? '' : `Waiting for ${waitingFor}`;
}

class Row {
  constructor(job) {
    this.id = job.id;
    this.tag = stateTag();
    this.link = el('a', { href: `#/jobs/${job.id}`, class: 'name' });
    this.bar = el('progress', { max: '100', 'aria-label': `Progress of ${nameOf(job)}` });
    this.percent = el('span', { class: 'number' });
    this.counts = el('span', { class: 'counts' });
    this.rate = el('span', { class: 'rate' });
    this.eta = el('span', { class: 'eta' });
    this.age = el('time', { class: 'age' });
    this.waiting = el('span', { class: 'waiting', 'data-testid': 'row-waiting' });
    this.labels = labelList();
    this.element = el('li', { class: 'job-row', 'data-testid': 'job-row', 'data-id': job.id },
      el('div', { class: 'who' }, this.link, this.tag),
      el('div', { class: 'how' }, this.bar, this.percent),
      el('div', { class: 'facts' }, this.counts, this.rate, this.eta, this.labels, this.age, this.waiting));
    this.update(job);
  }

  update(job) {
    this.job = job;
    this.element.dataset.state = job.state;
    setTag(this.tag, job);
    setText(this.link, nameOf(job));
    this.link.title = job.id;
    setLabels(this.labels, job);
    this.age.dateTime = job.createdAt;
    this.age.title = `Submitted ${dateAndTime(job.createdAt)}`;
    this.progress(job);
    this.tick();
  }

  /** Takes a job or the data of a progress event. */
  progress({ progress, waitingFor }) {
    this.job.progress = progress;
    setText(this.waiting, waitingText(waitingFor));
    this.bar.value = progress.percent;
    setText(this.percent, percent(progress.percent));
    const total = progress.totalItems === null ? '' : ` of ${count(progress.totalItems)}`;
    const failed = progress.failedItems === 0 ? '' : `, ${count(progress.failedItems)} failed`;
    setText(this.counts, `${count(progress.processedItems)}${total} items${failed}`);
    setText(this.rate, this.job.state === 'RUNNING' ? rate(progress.itemsPerSecond) : '');
    setText(this.eta, this.job.state === 'RUNNING' ? eta(progress.etaSeconds) : '');
  }

  tick() {
    setText(this.age, age(this.job.createdAt));
  }
}

export function showJobs(main) {
  const rows = new Map();
  let waiting = [];
  let nextPage = null;
  let open = true;
  let loading = 0;
  let loaded = null;

  const filter = el('select', { id: 'state-filter', 'data-testid': 'state-filter', onchange: load },
    el('option', { value: '' }, 'All states'), ...STATES.map(state => el('option', { value: state }, word(state))));
  const search = el('input', { id: 'search', type: 'search', 'data-testid': 'search', autocomplete: 'off', oninput: sift });
  const list = el('ul', { class: 'jobs', 'data-testid': 'jobs', 'aria-label': 'Jobs, newest first' });
  const message = el('p', { class: 'quiet', role: 'status' });
  const error = el('p', { class: 'error', role: 'alert', hidden: true });
  const fresh = el('button', { type: 'button', class: 'fresh', 'data-testid': 'new-jobs', hidden: true, onclick: showWaiting });
  const more = el('button', { type: 'button', 'data-testid': 'load-more', hidden: true, onclick: loadMore }, 'Load more');
  main.append(
    heading('Jobs'),
    el('div', { class: 'tools', role: 'search' },
      el('div', { class: 'field' }, el('label', { for: 'state-filter' }, 'State'), filter),
      el('div', { class: 'field grow' }, el('label', { for: 'search' }, 'Name, label or id'), search),
      el('a', { href: '#/submit', class: 'button primary' }, 'Submit a job')),
    error, fresh, list, message, more);

  function fits(job) {
    return filter.value === '' || job.state === filter.value;
  }

  function found(job) {
    const text = search.value.trim().toLowerCase();
    return text === '' || job.id.includes(text) || (job.name ?? '').toLowerCase().includes(text)
      || labelsOf(job).some(label => label.toLowerCase().includes(text));
  }

  function sift() {
    let shown = 0;
    for (const row of rows.values()) {
      row.element.hidden = !(fits(row.job) && found(row.job));
      shown += row.element.hidden ? 0 : 1;
    }
    const among = nextPage === null ? '' : ` among the ${count(rows.size)} newest jobs; load more to search further`;
    let text = '';
    if (shown === 0) {
      text = rows.size === 0 && filter.value === '' ? 'No jobs yet. Submit one, or try a crash.' : `No matching job${among}.`;
    } else if (search.value.trim() !== '') {
      text = `${count(shown)} found${among}.`;
    }
    setText(message, text);
  }

  function path(pageToken) {
    const query = new URLSearchParams({ pageSize: PAGE_SIZE });
    if (filter.value !== '') {
      query.set('state', filter.value);
    }
    if (pageToken !== null) {
      query.set('pageToken', pageToken);
    }
    return `/v1/jobs?${query}`;
  }

  /** Loads a page, or nothing if a newer request has replaced this one. */
  async function get(pageToken, number = ++loading) {
    try {
      const page = await call('GET', path(pageToken));
      error.hidden = true;
      return open && number === loading ? page : null;
    } catch (e) {
      if (open && number === loading) {
        setText(error, problemText(e));
        error.hidden = false;
      }
      return null;
    }
  }

  async function load() {
    loaded = get(null);
    const page = await loaded;
    if (page !== null) {
      rows.clear();
      waiting = [];
      list.replaceChildren();
      append(page);
    }
  }

  async function loadMore() {
    const first = rows.size;
    const page = await get(nextPage);
    if (page !== null) {
      append(page);
      [...rows.values()][first]?.link.focus();
    }
  }

  function append(page) {
    for (const job of page.jobs) {
      if (rows.has(job.id)) {
        rows.get(job.id).update(job);
      } else {
        const row = new Row(job);
        rows.set(job.id, row);
        list.append(row.element);
      }
    }
    nextPage = page.nextPageToken;
    more.hidden = nextPage === null;
    tellWaiting();
    sift();
  }

  /** Updates the list in place after events may have been missed. */
  async function refresh() {
    await loaded; // it may be older, but it says whether there are more pages
    const page = await get(null, loading);
    if (page === null) {
      return;
    }
    page.jobs.slice().reverse().forEach(changed);
    const ids = new Set(page.jobs.map(job => job.id));
    const oldest = page.jobs.at(-1)?.createdAt;
    for (const row of [...rows.values()]) {
      const shouldBeThere = page.nextPageToken === null || row.job.createdAt > oldest;
      if (shouldBeThere && fits(row.job) && !ids.has(row.id)) {
        recheck(row.id);
      }
    }
  }

  async function recheck(id) {
    try {
      changed(await call('GET', `/v1/jobs/${id}`));
    } catch (e) {
      if (e.status === 404) {
        gone(id);
      }
    }
  }

  function changed(job) {
    const row = rows.get(job.id);
    if (row !== undefined) {
      if (row.job.state !== job.state && ['CRASHED', ...ENDS].includes(job.state)) {
        announce(`${nameOf(job)}: ${word(job.state)}`);
      }
      row.update(job);
      sift();
      return;
    }
    const newest = [...rows.values()].reduce((latest, other) => (other.job.createdAt > latest ? other.job.createdAt : latest), '');
    if (!fits(job) || (job.createdAt < newest && nextPage !== null)) {
      return; // it is part of a later page
    }
    waiting = [...waiting.filter(other => other.id !== job.id), job];
    const reading = list.getBoundingClientRect().top < 0 || list.contains(document.activeElement);
    if (reading) {
      tellWaiting();
    } else {
      showWaiting();
    }
  }

  function tellWaiting() {
    fresh.hidden = waiting.length === 0;
    setText(fresh, waiting.length === 1 ? '1 new job' : `${count(waiting.length)} new jobs`);
  }

  function showWaiting() {
    const clicked = document.activeElement === fresh;
    waiting.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
    for (const job of waiting) {
      const row = new Row(job);
      rows.set(job.id, row);
      const after = [...list.children].find(other => rows.get(other.dataset.id).job.createdAt <= job.createdAt);
      list.insertBefore(row.element, after ?? null);
    }
    const last = waiting.at(-1);
    waiting = [];
    tellWaiting();
    sift();
    if (clicked && last !== undefined) {
      window.scrollTo(0, 0);
      rows.get(last.id).link.focus();
    }
  }

  function gone(id) {
    rows.get(id)?.element.remove();
    rows.delete(id);
    waiting = waiting.filter(job => job.id !== id);
    tellWaiting();
    sift();
  }

  const stop = listen((name, data) => {
    if (name === 'snapshot') {
      refresh();
    } else if (name === 'state') {
      changed(data);
    } else if (name === 'progress') {
      rows.get(data.jobId)?.progress(data);
    } else if (name === 'deleted') {
      gone(data.jobId);
    }
  });
  const ticking = setInterval(() => rows.forEach(row => row.tick()), 5000);
  load();
  document.title = 'Jobs – Checkpoint Recovery';
  return () => {
    open = false;
    stop();
    clearInterval(ticking);
  };
}
