/** Builds elements. Text stays text: none of these modules parses markup. */

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'value' || name === 'checked') {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

/** Sets the text only if it changes, so that selections survive. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

let announced = '';

/** Announces a message to screen readers. */
export function announce(text) {
  const announcer = document.getElementById('announcer');
  // Screen readers repeat the same message only if the text changes.
  announced = announced === text ? text + '\u00a0' : text;
  announcer.textContent = announced;
}

let ids = 0;

export function newId(prefix) {
  ids += 1;
  return `${prefix}-${ids}`;
}

/** A heading that gets the focus when its page opens. */
export function heading(...children) {
  return el('h1', { tabindex: '-1' }, ...children);
}

/** An error message for people. */
export function problemText(problem) {
  return problem.detail || problem.message || String(problem);
}
