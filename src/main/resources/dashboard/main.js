// Shows the page that the address names, and follows what happens.
import {follow} from './events.js';
import {jobsPage} from './jobs.js';
import {jobPage} from './job.js';
import {submitPage} from './submit.js';
import {demoPage} from './demo.js';

const PAGES = [
  [/^#\/jobs\/([0-9a-z-]+)$/, jobPage],
  [/^#\/submit$/, submitPage],
  [/^#\/demo$/, demoPage],
  [/^(#\/)?$/, jobsPage],
];

const root = document.getElementById('page');
let leave = () => {};

function show(moved) {
  leave();
  root.replaceChildren();
  const [pattern, page] = PAGES.find(([pattern]) => pattern.test(location.hash)) ?? PAGES.at(-1);
  leave = page(root, ...(pattern.exec(location.hash)?.slice(1) ?? [])) ?? (() => {});
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === (location.hash || '#/')) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  document.title = `${root.querySelector('h1').textContent} – Checkpoint Recovery`;
  if (moved) {
    root.focus({preventScroll: true});
    scrollTo(0, 0);
  }
}

addEventListener('hashchange', () => show(true));
document.querySelector('.skip').addEventListener('click', event => {
  event.preventDefault();
  root.focus();
});
show(false);
follow();
