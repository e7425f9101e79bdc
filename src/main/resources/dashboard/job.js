/** The page of one job, kept up to date. */

import { Actions } from './actions.js';
import { call, jobPath } from './api.js';
import { Chart } from './chart.js';
import { announce, el, heading, problemText, setText } from './dom.js';
import { listen } from './events.js';
import { count, dateAndTime, duration, eta, items, nameOf, percent, rate, secondsSince, time, word } from './format.js';
import { ErrorGroups, Preview, download } from './outputs.js';
import { labelList, setLabels, setTag, stateTag, waitingText } from './jobs.js';

const WORKING = ['RUNNING', 'PAUSING', 'CANCELLING'];

/**
 * Describes what a crash would repeat. For external calls, the journal limits it to the calls in progress. Otherwise it is
 * everything after the checkpoint, which only "each" on one thread limits: in other cases batches wait for a slow disk.
 */
export function repeatedAfterCrash(spec) {
  const { processor } = spec;
  if (processor.concurrency !== undefined) {
    const held = processor.pauseAfterFailedItems;
    // Up to five consecutive 401 and 403 are held back in any case.
    const streak = held === undefined ? '' : `, and up to ${items(held ?? 5)} that had failed consecutively`;
    return `after a crash at most ${items(processor.concurrency)} under way ${processor.concurrency === 1 ? 'is' : 'are'}`
      + ` processed again${streak}`;
  }
  if (spec.commit === 'each' && spec.parallelism === 1) {
    return `after a crash at most ${items(spec.batchSize)} (one batch) ${spec.batchSize === 1 ? 'is' : 'are'} processed again`;
  }
  const ahead = spec.batchSize * spec.parallelism; // held by threads that wait for the disk or an earlier batch
  return `after a crash about ${items(ahead)} ${ahead === 1 ? 'is' : 'are'} processed again, more if the disk is slower`
    + ' than the processor';
}

export function showJob(main, id) {
  let job = null;
  let open = true;
  let checkpoint = null;
  let asked = 0;

  const title = heading(id);
  const tag = stateTag();
  const subtitle = el('p', { class: 'quiet' });
  const labels = labelList();
  const reason = el('p', { class: 'reason', hidden: true });
  const waiting = el('p', { class: 'waiting', role: 'status', 'data-testid': 'waiting', hidden: true });
  const error = el('p', { class: 'error', role: 'alert', hidden: true });
  const percentText = el('p', { class: 'percent', 'data-testid': 'percent' }, '');
  const bar = el('progress', { max: '100', value: 0, 'data-testid': 'bar', 'aria-label': 'Progress' });
  const facts = {};
  const factList = el('dl', { class: 'fact-list' }, ...[
    ['succeeded', 'Succeeded'], ['failed', 'Failed'], ['total', 'Total'], ['rate', 'Throughput'], ['eta', 'ETA'], ['elapsed', 'Worked'],
  ].map(([key, label]) => el('div', {}, el('dt', {}, label), facts[key] = el('dd', {}, '–'))));
  const line = el('p', { class: 'checkpoint', 'data-testid': 'checkpoint-line' });
  const recovery = el('p', { class: 'recovery', 'data-testid': 'recovery', hidden: true });
  const runs = el('ol', { class: 'runs', 'data-testid': 'runs' });
  const spec = el('pre', { 'data-testid': 'spec', tabindex: '0', 'aria-label': 'Spec as JSON' });
  const chart = new Chart(id);
  const actions = new Actions(id, acted, left);
  const results = new Preview(id, 'results', 'No results are committed yet.');
  const errors = new Preview(id, 'errors', 'No failed items are committed.');
  const groups = new ErrorGroups(id);
  const section = (name, ...children) => el('section', { 'aria-label': name }, el('h2', {}, name), ...children);
  const article = el('div', { 'data-testid': 'job', 'data-id': id, hidden: true },
    el('div', { class: 'title' }, title, tag), subtitle, labels, reason, waiting,
    el('section', { class: 'card', 'aria-label': 'Progress' }, percentText, bar, factList, line, recovery, chart.figure),
    section('Actions', actions.error, actions.element),
    section('Runs', runs),
    section('Results', results.element, el('p', { class: 'downloads' },
      download(id, 'results', 'Download results', 'download-results', null, 'jsonl'),
      download(id, 'results', 'as CSV', 'download-csv', 'text/csv', 'csv'))),
    section('Failed items', groups.element, actions.retry, errors.element, el('p', { class: 'downloads' },
      download(id, 'errors', 'Download errors', 'download-errors', null, 'jsonl'))),
    section('Spec', spec));
  main.append(el('p', { class: 'back' }, el('a', { href: '#/' }, '← All jobs')), error, article);

  async function load() {
    const number = ++asked;
    try {
      const answer = await call('GET', jobPath(id));
      if (open && number === asked) {
        error.hidden = true;
        show(answer);
      }
    } catch (e) {
      if (open) {
        setText(error, problemText(e));
        error.hidden = false;
        if (e.status === 404) {
          article.hidden = true;
          announce('This job does not exist');
        }
      }
    }
  }

  function show(now) {
    if (job !== null && job.state !== now.state) {
      announce(`${nameOf(now)}: ${word(now.state)}`);
    }
    job = now;
    article.hidden = false;
    article.dataset.state = job.state;
    setText(title, nameOf(job));
    document.title = `${nameOf(job)} – Checkpoint Recovery`;
    setTag(tag, job);
    const by = job.submittedBy === null ? '' : ` by ${job.submittedBy}`;
    const words = [job.id, `submitted ${dateAndTime(job.createdAt)}${by}`];
    if (job.outcome === 'SUCCEEDED') {
      words.push('all items succeeded');
    }
    if (job.expiresAt !== null) {
      words.push(`expires ${dateAndTime(job.expiresAt)}`);
    }
    setText(subtitle, words.join(' · '));
    if (job.parentId !== null) {
      subtitle.append(' · retries the failed items of ', el('a', { href: `#/jobs/${job.parentId}` }, job.parentId));
    }
    setLabels(labels, job);
    reason.hidden = job.stateReason === null;
    setText(reason, job.stateReason === null ? '' : job.stateReason.message);
    actions.show(job);
    if (job.runs !== undefined) {
      const last = job.runs.at(-1);
      if (job.progress.lastCheckpointAt !== null && last !== undefined) {
        checkpoint = { nextItem: last.nextItem, savedAt: job.progress.lastCheckpointAt };
      }
      showRuns();
      showRecovery();
      setText(spec, JSON.stringify(job.spec, null, 2));
    }
    showProgress(job);
  }

  /** Takes a job or the data of a progress event. */
  function showProgress({ progress, waitingFor }) {
    job.progress = progress;
    waiting.hidden = waitingFor === null;
    setText(waiting, waitingText(waitingFor));
    setText(percentText, percent(progress.percent));
    bar.value = progress.percent;
    setText(facts.succeeded, count(progress.succeededItems));
    setText(facts.failed, count(progress.failedItems));
    setText(facts.total, progress.totalItems === null ? 'not counted yet' : count(progress.totalItems));
    setText(facts.rate, rate(progress.itemsPerSecond) || '–');
    setText(facts.eta, eta(progress.etaSeconds) || '–');
    setText(facts.elapsed, duration(progress.elapsedSeconds));
    tick();
  }

  function showRuns() {
    job.runs.forEach((run, i) => {
      let item = runs.children[i];
      if (item === undefined) {
        item = el('li', {}, el('span', { class: 'run-end' }), el('p', { class: 'run-what' }), el('p', { class: 'run-why' }));
        runs.append(item);
      }
      item.dataset.end = run.end ?? 'now';
      const [end, what, why] = item.children;
      setText(end, `Run ${run.number}: ${run.end === null ? 'going on' : word(run.end)}`);
      const until = run.endedAt === null ? (run.end === null ? '' : ', its end was not observed') : ` to ${time(run.endedAt)}`;
      setText(what, `From item ${count(run.firstItem)} to item ${count(run.nextItem)}, ${dateAndTime(run.startedAt)}${until}`);
      setText(why, run.reason === null ? '' : run.reason.message);
    });
    while (runs.children.length > job.runs.length) {
      runs.lastElementChild.remove();
    }
    runs.parentElement.hidden = job.runs.length === 0;
  }

  function showRecovery() {
    recovery.hidden = job.recovery === null;
    if (job.recovery !== null) {
      const from = {
        checkpoint: 'its last checkpoint',
        'previous-checkpoint': 'the previous checkpoint',
        beginning: 'the beginning',
      }[job.recovery.from];
      setText(recovery, `The last run continued from ${from}, at item ${count(job.recovery.item)}.`
        + (job.recovery.reason === null ? '' : ` ${job.recovery.reason.message}`));
    }
  }

  function tick() {
    if (job === null) {
      return;
    }
    chart.draw();
    let text;
    if (job.state === 'COMPLETED') {
      text = `All ${items(job.progress.processedItems)} are committed; the checkpoint was removed.`;
    } else if (checkpoint === null) {
      text = 'No checkpoint yet: after a crash, the job would start from the beginning.';
    } else {
      const at = `Last checkpoint ${duration(secondsSince(checkpoint.savedAt))} ago at item ${count(checkpoint.nextItem)}`;
      if (WORKING.includes(job.state) && job.spec) {
        text = `${at}; ${repeatedAfterCrash(job.spec)}.`;
      } else if (job.state === 'CANCELLED') {
        text = `${at}.`;
      } else {
        text = `${at}; the next run continues there.`;
      }
    }
    setText(line, text);
  }

  /** Reads files less often than events arrive. */
  function look() {
    if (job !== null) {
      results.refresh(job.progress.succeededItems);
      errors.refresh(job.progress.failedItems);
      groups.refresh(job.progress.failedItems);
    }
  }

  function acted(answer, action) {
    if (action === 'retry-failed') {
      location.hash = `#/jobs/${answer.id}`;
    } else if (open) {
      asked += 1; // earlier requests have older data
      show(answer);
      load();
    }
  }

  function left() {
    if (open) {
      location.hash = '#/';
      announce('The job was deleted');
    }
  }

  const stop = listen((name, data) => {
    if (name === 'snapshot') {
      load();
    } else if (name === 'state' && data.id === id) {
      if (job !== null) {
        show({ ...job, ...data });
      }
      load();
    } else if (name === 'progress' && data.jobId === id && job !== null) {
      showProgress(data);
    } else if (name === 'checkpoint' && data.jobId === id && job !== null) {
      checkpoint = data;
      const last = job.runs.at(-1);
      if (last !== undefined && last.end === null) {
        last.nextItem = data.nextItem;
        showRuns();
      }
      tick();
    } else if (name === 'deleted' && data.jobId === id) {
      setText(error, 'This job was deleted.');
      error.hidden = false;
      article.hidden = true;
    }
  });
  const ticking = setInterval(tick, 500);
  const looking = setInterval(look, 1000);
  load().then(look);
  document.title = `${id} – Checkpoint Recovery`;
  return () => {
    open = false;
    stop();
    clearInterval(ticking);
    clearInterval(looking);
  };
}
