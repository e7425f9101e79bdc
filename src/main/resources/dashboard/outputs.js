/** The results and errors of a job: first lines, groups of errors, and downloads. */

import { address, jobPath, problemOf, request, token } from './api.js';
import { el, problemText, setText } from './dom.js';
import { bytes, count, items } from './format.js';

const LINES = 5;
const PREVIEW_BYTES = 16 * 1024;
const LINE_LENGTH = 600;

/** The first lines of results or errors. Committed lines never change, so reading stops once enough are loaded. */
export class Preview {
  constructor(id, what, empty) {
    this.path = `${jobPath(id)}/${what}`;
    this.list = el('ol', { class: 'lines', 'data-testid': `preview-${what}` });
    this.note = el('p', { class: 'quiet' }, empty);
    this.empty = empty;
    this.element = el('div', {}, this.list, this.note);
    this.seen = -1;
  }

  /** Reads again if more lines are committed; `number` is their count. */
  async refresh(number) {
    if (number === this.seen || (this.list.children.length >= LINES && number >= this.seen)) {
      return;
    }
    if (this.busy) {
      return;
    }
    if (number === 0) {
      this.list.replaceChildren();
      setText(this.note, this.empty);
      this.seen = 0;
      return;
    }
    this.busy = true;
    try {
      const answer = await request(this.path, { headers: { Range: `bytes=0-${PREVIEW_BYTES - 1}` } });
      if (answer.status === 416) {
        this.list.replaceChildren();
        setText(this.note, this.empty);
      } else if (answer.ok) {
        this.show(await answer.text(), answer.headers.get('Content-Range'));
      } else {
        setText(this.note, problemText(await problemOf(answer)));
      }
      this.seen = number;
    } catch (e) {
      setText(this.note, problemText(e));
    } finally {
      this.busy = false;
    }
  }

  /** `range` is the header with the length of the file at that time. */
  show(text, range) {
    const lines = text.split('\n');
    const rest = lines.pop();
    if (lines.length === 0 && rest !== '') {
      lines.push(rest);
    }
    const shown = lines.slice(0, LINES);
    shown.forEach((line, i) => {
      const cut = line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)} …` : line;
      if (this.list.children[i] === undefined) {
        this.list.append(el('li', {}, el('code', {}, cut)));
      } else {
        setText(this.list.children[i].firstElementChild, cut);
      }
    });
    while (this.list.children.length > shown.length) {
      this.list.lastElementChild.remove();
    }
    const total = Number(/\/(\d+)$/.exec(range ?? '')?.[1] ?? 0);
    setText(this.note, total === 0 ? '' : `${shown.length === 1 ? 'The first line' : `The first ${shown.length} lines`} of ${bytes(total)}.`);
  }
}

/** A download link. Links cannot send a token, so with a token the file is fetched and then saved. */
export function download(id, what, label, testId, accept, ending) {
  const path = `${jobPath(id)}/${what}`;
  const error = el('span', { class: 'error', role: 'alert' });
  const link = el('a', { href: address(path), download: `${id}-${what}.${ending}`, 'data-testid': testId, onclick: save }, label);

  async function save(event) {
    if (token() === null && accept === null) {
      return;
    }
    event.preventDefault();
    setText(error, '');
    try {
      const answer = await request(path, accept === null ? {} : { headers: { Accept: accept } });
      if (!answer.ok) {
        throw await problemOf(answer);
      }
      const url = URL.createObjectURL(await answer.blob());
      const temporary = el('a', { href: url, download: link.download });
      temporary.click();
      setTimeout(() => URL.revokeObjectURL(url), 60000);
    } catch (e) {
      setText(error, problemText(e));
    }
  }

  return el('span', { class: 'download' }, link, error);
}

/** Failed items by cause. */
export class ErrorGroups {
  constructor(id) {
    this.path = `${jobPath(id)}/errors/summary`;
    this.list = el('ul', { class: 'groups', 'data-testid': 'error-groups' });
    this.note = el('p', { class: 'quiet' });
    this.element = el('div', {}, this.list, this.note);
    this.seen = null;
  }

  async refresh(failed) {
    if (failed === this.seen || this.busy) {
      return;
    }
    this.busy = true;
    try {
      if (failed === 0) {
        this.show([]);
      } else {
        const answer = await request(this.path);
        if (!answer.ok) {
          throw await problemOf(answer);
        }
        this.show((await answer.json()).codes);
      }
      this.seen = failed;
    } catch (e) {
      setText(this.note, problemText(e));
    } finally {
      this.busy = false;
    }
  }

  show(groups) {
    setText(this.note, groups.length === 0 ? 'No items failed.' : '');
    this.list.replaceChildren(...groups.map(({ code, status, count: number, sample }) => el('li', {},
      el('p', {}, el('strong', {}, status === undefined ? code : `${code} ${status}`), ` ${items(number)}`),
      el('p', { class: 'sample' }, `For example item ${count(sample.index)}, `, el('code', {}, shortened(sample.item)), `: ${sample.error.message}`))));
  }
}

function shortened(text) {
  return text.length > 200 ? `${text.slice(0, 200)} …` : text;
}
