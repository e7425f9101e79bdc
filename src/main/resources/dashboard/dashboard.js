/** Shows the page of the current address and follows the events. */

import { follow } from './events.js';
import { recordThroughput } from './chart.js';
import { showDemo } from './crash-demo.js';
import { showJob } from './job.js';
import { showJobs } from './jobs.js';
import { showSubmit } from './submit.js';

const main = document.getElementById('main');
let leave = null;

function open() {
  const path = location.hash.replace(/^#/, '') || '/';
  const job = /^\/jobs\/([^/]+)$/.exec(path);
  leave?.();
  main.replaceChildren();
  window.scrollTo(0, 0);
  if (job !== null) {
    leave = showJob(main, decodeURIComponent(job[1]));
  } else if (path === '/submit') {
    leave = showSubmit(main);
  } else if (path === '/demo') {
    leave = showDemo(main);
  } else {
    leave = showJobs(main);
  }
  mark(path);
}

function mark(path) {
  const here = job => (job ? '#/' : `#${path}`);
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === here(path.startsWith('/jobs/'))) {
      link.setAttribute('aria-current', path.startsWith('/jobs/') ? 'true' : 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
}

document.getElementById('skip').addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});
window.addEventListener('hashchange', () => {
  open();
  main.querySelector('h1')?.focus();
});
recordThroughput();
open();
// If it opened earlier, the page would never finish loading: the stream would be part of it.
if (document.readyState === 'complete') {
  follow();
} else {
  window.addEventListener('load', () => setTimeout(follow));
}
