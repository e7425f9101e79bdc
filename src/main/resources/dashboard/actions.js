/** The actions that a job allows, each with its curl command. */

import { call, curl, jobPath } from './api.js';
import { confirmed } from './dialogs.js';
import { announce, el, newId, problemText, setText } from './dom.js';
import { nameOf } from './format.js';

export const CRASH_POINTS = [
  ['processing', 'processing: the work of the batch is lost'],
  ['before-commit', 'before-commit: the batch is processed, but nothing is written'],
  ['between-results-and-checkpoint', 'between-results-and-checkpoint: the results are on disk, the checkpoint is not'],
  ['torn-results', 'torn-results: the results end in half a line'],
  ['torn-checkpoint', 'torn-checkpoint: a half-written checkpoint next to the complete one'],
  ['corrupt-checkpoint', 'corrupt-checkpoint: the checkpoint is unreadable'],
];

const LABELS = {
  start: 'Start',
  pause: 'Pause',
  resume: 'Resume',
  crash: 'Crash it',
  'retry-failed': 'Retry failed',
  cancel: 'Cancel',
  delete: 'Delete',
};

export function crashPointSelect(attributes) {
  return el('select', attributes, ...CRASH_POINTS.map(([value, label]) => el('option', { value }, label)));
}

/** A shell command that can be copied. */
export function curlLine() {
  const code = el('code', { 'data-testid': 'curl' });
  const copy = el('button', { type: 'button', class: 'copy', onclick: copyIt }, 'Copy');

  async function copyIt() {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      // Only secure pages may write to the clipboard; execCommand works everywhere.
      const selection = getSelection();
      selection.selectAllChildren(code);
      document.execCommand('copy');
    }
    setText(copy, 'Copied');
    announce('Copied');
    setTimeout(() => setText(copy, 'Copy'), 2000);
  }

  return { element: el('div', { class: 'curl' }, code, copy), set: text => setText(code, text) };
}

export class Actions {
  /**
   * @param onJob called with the job that an action returns
   * @param onDeleted called after the job was deleted
   */
  constructor(id, onJob, onDeleted) {
    this.id = id;
    this.onJob = onJob;
    this.onDeleted = onDeleted;
    this.blocks = new Map();
    this.element = el('div', { class: 'actions', tabindex: '-1', role: 'group', 'aria-label': 'Actions' });
    this.none = el('p', { class: 'quiet' }, 'No action is possible in this state.');
    this.retry = el('div', { class: 'actions' });
    this.error = el('p', { class: 'error', role: 'alert', hidden: true });
  }

  /** Shows the allowed actions. Leaves buttons that stay unchanged, so that none moves under a finger or loses the focus. */
  show(job) {
    this.job = job;
    for (const [action, block] of [...this.blocks]) {
      if (!job.allowedActions.includes(action)) {
        if (block.contains(document.activeElement)) {
          this.element.focus();
        }
        block.remove();
        this.blocks.delete(action);
      }
    }
    let before = this.element.firstElementChild;
    for (const action of Object.keys(LABELS)) {
      if (!job.allowedActions.includes(action)) {
        continue;
      }
      let block = this.blocks.get(action);
      if (block === undefined) {
        block = this.block(action);
        this.blocks.set(action, block);
        if (action === 'retry-failed') {
          this.retry.append(block);
        } else {
          this.element.insertBefore(block, before);
        }
      }
      before = action === 'retry-failed' ? before : block.nextElementSibling;
    }
    if (job.allowedActions.length === 0) {
      this.element.append(this.none);
    } else {
      this.none.remove();
    }
  }

  block(action) {
    const line = curlLine();
    const kind = { resume: 'primary', start: 'primary', delete: 'danger' }[action];
    const button = el('button',
      { type: 'button', class: kind, 'data-testid': `action-${action}`, onclick: () => this.act(action, button) },
      LABELS[action]);
    const block = el('div', { class: 'action', 'data-action': action }, button);
    if (action === 'crash') {
      const id = newId('point');
      this.point = crashPointSelect({
        id,
        'data-testid': 'crash-now-point',
        onchange: () => line.set(this.curl(action)),
      });
      block.append(el('label', { for: id, class: 'visually-hidden' }, 'What the crash leaves behind'), this.point);
    }
    line.set(this.curl(action));
    block.append(line.element);
    return block;
  }

  body(action) {
    return action === 'crash' ? { point: this.point.value } : undefined;
  }

  curl(action) {
    return action === 'delete'
      ? curl('DELETE', jobPath(this.id))
      : curl('POST', `${jobPath(this.id)}/${action}`, this.body(action));
  }

  async act(action, button) {
    if (action === 'delete' && !await confirmed(`Delete ${nameOf(this.job)} and its results? This cannot be undone.`, 'Delete')) {
      return;
    }
    button.disabled = true;
    this.error.hidden = true;
    try {
      if (action === 'delete') {
        await call('DELETE', jobPath(this.id));
        this.onDeleted();
      } else {
        const job = await call('POST', `${jobPath(this.id)}/${action}`, this.body(action));
        this.onJob(job, action);
      }
    } catch (e) {
      setText(this.error, problemText(e));
      this.error.hidden = false;
    } finally {
      button.disabled = false;
    }
  }
}
